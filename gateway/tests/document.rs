//! The API's document is generated from the types, committed, and compared here.

use serde_json::Value;
use tradepost_gateway::{adapters, http};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/tradepost.json");

/// proves: IN-09
#[test]
fn the_committed_document_is_the_generated_one() {
    let generated = http::document(&adapters::shipped()).expect("a document");
    if std::env::var_os("TRADEPOST_WRITE").is_some() {
        std::fs::write(FILE, generated).expect("the file is written");
        return;
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    // The texts themselves are too long to be shown.
    assert!(
        committed == generated,
        "the document differs: write it anew with TRADEPOST_WRITE=1 or `tradepost openapi`"
    );
}

/// proves: IN-09
#[test]
fn a_webhook_is_described_by_its_adapter_in_the_words_of_openapi_3_0() {
    let text = http::document(&crate::fixture::outfit()).expect("a document");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let path = &document["paths"]["/webhooks/post/{endpoint}"];
    assert_eq!(path["post"]["security"][0]["PostSignature"], serde_json::json!([]));
    assert!(path["get"]["responses"]["200"].is_object());
    let scheme = &document["components"]["securitySchemes"]["PostSignature"];
    assert_eq!((scheme["in"].as_str(), scheme["name"].as_str()), (Some("header"), Some("X-Post-Signature")));
    let letter = &document["components"]["schemas"]["PostLetter"]["properties"];
    assert_eq!(letter["text"], serde_json::json!({ "type": "string", "nullable": true }));
    assert_eq!(letter["kind"], serde_json::json!({ "enum": ["letter"] }));
}

/// proves: PL-09
#[test]
fn every_operation_names_the_problem_document_and_every_reference_leads_somewhere() {
    let text = http::document(&adapters::shipped()).expect("a document");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    assert!(
        paths.contains_key("/v1/chat")
            && paths.contains_key("/health")
            && paths.contains_key("/health/ready")
    );
    for operation in paths.values().flat_map(|path| path.as_object().expect("a path").values()) {
        let problem = &operation["responses"]["default"]["content"]["application/problem+json"];
        assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem");
    }
    for reference in text.split("\"$ref\": \"#").skip(1) {
        let pointer = reference.split('"').next().unwrap_or_default();
        assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
}
