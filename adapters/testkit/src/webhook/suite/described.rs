//! What is written down about the webhook is true: its fixtures and its schema.

use serde_json::{Value, json};
use tradepost_domain::{Arrival, What};

use super::{Double, parse};
use crate::verdict::Verdict;

/// proves: IN-05
pub fn fixtures_are_read_as_expected(double: &dyn Double) -> Verdict {
    let fixtures = double.fixtures();
    let compared =
        fixtures.all().into_iter().filter_map(|fixture| fixture.compare(&parse(double, &fixture.body)));
    let wrong: Vec<String> = compared.collect();
    assert!(
        wrong.is_empty(),
        "{}\n\nIf this is right, run the test with {}=1 and look at what changed.",
        wrong.join("\n\n"),
        crate::webhook::UPDATE
    );
    assert_eq!(fixtures.stale(), Vec::<std::path::PathBuf>::new(), "expectations without a payload");
    Verdict::Ran
}

/// proves: IN-09
pub fn the_schema_accepts_every_fixture(double: &dyn Double) -> Verdict {
    let schema = Schema::new(double.webhook().schema().body);
    for fixture in double.fixtures().all() {
        let Ok(value) = serde_json::from_slice(&fixture.body) else { continue };
        let read = parse(double, &fixture.body);
        // What the provider would not write, or not so, may be refused by its schema, too.
        if read.is_ok_and(|arrivals| arrivals.iter().all(readable)) {
            let refused = schema.refuses(&value);
            assert_eq!(refused, None, "the schema refuses {}", fixture.label);
        }
    }
    Verdict::Ran
}

fn readable(arrival: &Arrival) -> bool {
    !matches!(arrival.what, What::Unreadable { .. })
}

/// proves: IN-09
pub fn it_is_described(double: &dyn Double) -> Verdict {
    let schema = double.webhook().schema();
    assert!(!schema.signature.is_empty() && !schema.scheme.is_empty(), "{schema:?}");
    assert!(schema.page.contains('.') && !schema.page.contains("://"), "without scheme: {}", schema.page);
    assert!(schema.body.is_object(), "a JSON schema: {}", schema.body);
    let accepts = Schema::new(schema.body).refuses(&json!(5)).is_none();
    assert!(!accepts, "a schema that takes a number for a body says nothing");
    Verdict::Ran
}

/// A compiled JSON schema.
struct Schema {
    schemas: boon::Schemas,
    index: boon::SchemaIndex,
}

impl Schema {
    fn new(schema: Value) -> Self {
        const NAME: &str = "body.json";
        let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
        compiler.add_resource(NAME, schema).unwrap_or_else(|error| panic!("no JSON schema: {error}"));
        let compiled = compiler.compile(NAME, &mut schemas);
        let index = compiled.unwrap_or_else(|error| panic!("no JSON schema: {error}"));
        Self { schemas, index }
    }

    fn refuses(&self, value: &Value) -> Option<String> {
        self.schemas.validate(value, self.index).err().map(|error| format!("{error:#}"))
    }
}
