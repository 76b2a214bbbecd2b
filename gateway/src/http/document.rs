//! The API's document: generated from the types, with every adapter's webhook merged in.

use poem_openapi::{OpenApi, OpenApiService, payload::Json};
use serde_json::{Map, Value, json};
use tradepost_openapi::{Problem, ProblemKind};
use tradepost_ports::WebhookSchema;

use super::{chat::ChatApi, health::HealthApi};
use crate::outfit::Outfit;

type Api = (ChatApi, HealthApi);

/// The typed part of the API.
pub(super) fn service() -> OpenApiService<Api, ()> {
    OpenApiService::new((ChatApi, HealthApi), "Tradepost", env!("CARGO_PKG_VERSION"))
        .description("A gateway between shops and their customers on messaging channels.")
}

/// The whole document as text: `openapi/tradepost.json`.
pub fn document(outfit: &Outfit) -> Result<String, serde_json::Error> {
    let mut document: Value = serde_json::from_str(&service().spec())?;
    for adapter in &outfit.adapters {
        if let Some(reader) = adapter.reader() {
            add_webhook(&mut document, adapter.kind(), reader.schema());
        }
    }
    add_problems(&mut document);
    document["servers"] = json!([{ "url": "/" }]);
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

fn add_webhook(document: &mut Value, kind: &str, schema: WebhookSchema) {
    let prefix = capital(kind);
    let body = hoist(document, &prefix, schema.body);
    let described = format!(
        "{} The signature stands in `{}`. The provider's page: {}.",
        schema.scheme, schema.signature, schema.page
    );
    let mut operations = Map::new();
    operations.insert(
        "post".into(),
        json!({
            "tags": ["Webhooks"],
            "summary": format!("Events from {prefix}"),
            "description": described,
            "operationId": format!("{kind}_webhook"),
            "parameters": [endpoint()],
            "security": [{ format!("{prefix}Signature"): [] }],
            "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
            "responses": { "200": { "description": "Every event is kept, durably." } },
        }),
    );
    if schema.greets {
        operations.insert("get".into(), greeting(kind, &prefix));
    }
    document["paths"][format!("/webhooks/{kind}/{{endpoint}}")] = Value::Object(operations);
    let place =
        if schema.signature.contains(' ') || schema.signature.contains('?') { "query" } else { "header" };
    let name = schema.signature.trim_start_matches('?').to_owned();
    document["components"]["securitySchemes"][format!("{prefix}Signature")] =
        json!({ "type": "apiKey", "in": place, "name": name, "description": schema.scheme });
}

fn greeting(kind: &str, prefix: &str) -> Value {
    json!({
        "tags": ["Webhooks"],
        "summary": format!("The handshake of {prefix}"),
        "operationId": format!("{kind}_handshake"),
        "parameters": [endpoint()],
        "responses": {
            "200": { "description": "The challenge, as the whole body.", "content": { "text/plain": { "schema": { "type": "string" } } } },
        },
    })
}

fn endpoint() -> Value {
    json!({ "name": "endpoint", "in": "path", "required": true, "schema": { "type": "string" },
            "description": "The endpoint's name in the settings." })
}

/// Moves the definitions of a JSON schema among the document's own, each name with the channel before it.
fn hoist(document: &mut Value, prefix: &str, mut schema: Value) -> Value {
    let mut definitions = Map::new();
    for place in ["$defs", "definitions"] {
        if let Some(Value::Object(found)) = schema.as_object_mut().and_then(|schema| schema.remove(place)) {
            definitions.extend(found);
        }
    }
    lower(&mut schema, prefix);
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
    }
    for (name, mut definition) in definitions {
        lower(&mut definition, prefix);
        document["components"]["schemas"][format!("{prefix}{name}")] = definition;
    }
    schema
}

/// From JSON schema 2020-12 to OpenAPI 3.0: addresses, `null` and `const` are written differently there.
fn lower(value: &mut Value, prefix: &str) {
    match value {
        Value::Object(entries) => {
            if let Some(Value::String(address)) = entries.get_mut("$ref") {
                let name = address.rsplit('/').next().unwrap_or_default();
                *address = format!("#/components/schemas/{prefix}{name}");
            }
            if let Some(only) = entries.remove("const") {
                entries.insert("enum".into(), json!([only]));
            }
            lower_null(entries);
            entries.values_mut().for_each(|value| lower(value, prefix));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| lower(value, prefix)),
        _ => {}
    }
}

fn lower_null(entries: &mut Map<String, Value>) {
    let is_null = |kind: &Value| kind == "null" || *kind == json!({ "type": "null" });
    for place in ["type", "anyOf", "oneOf"] {
        let Some(Value::Array(kinds)) = entries.get_mut(place) else { continue };
        let before = kinds.len();
        kinds.retain(|kind| !is_null(kind));
        let nullable = kinds.len() < before;
        if place == "type" && kinds.len() == 1 {
            let only = kinds.remove(0);
            entries.insert("type".into(), only);
        }
        if nullable {
            entries.insert("nullable".into(), json!(true));
        }
    }
}

struct ProblemApi;

/// Never served: it exists so that the schema of problems is generated like every other.
#[OpenApi]
impl ProblemApi {
    #[oai(path = "/problem", method = "get")]
    async fn problem(&self) -> Json<Problem> {
        Json(ProblemKind::Internal.problem(None, ""))
    }
}

/// Every operation may answer with a problem document.
fn add_problems(document: &mut Value) {
    let problem = json!({
        "description": "A problem (RFC 9457). The kinds are listed in docs/problems.md.",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let spec: Value =
        serde_json::from_str(&OpenApiService::new(ProblemApi, "", "").spec()).unwrap_or_default();
    document["components"]["schemas"]["Problem"] = spec["components"]["schemas"]["Problem"].clone();
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for operation in paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        operation["responses"]["default"] = problem.clone();
    }
}

fn capital(kind: &str) -> String {
    let mut letters = kind.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
