//! The plan's JSON Schema (draft 2020-12), from the types.

use std::collections::BTreeMap;

use schemars::transform::{Transform, transform_subschemas};
use schemars::{Schema, generate::SchemaSettings};

use serde_json::Value;

use super::model::{Plan, SCHEMA};

/// The schema as indented JSON text, as it stands in `shared/schema/plan.schema.json`.
#[must_use]
pub fn plan_schema() -> String {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Plan>();
    KeepExtras.transform(&mut schema);
    schema.insert(
        "title".to_owned(),
        format!("AutoCut plan ({SCHEMA})").into(),
    );
    if let Some(version) = schema.pointer_mut("/properties/schema") {
        *version = serde_json::json!({
            "const": SCHEMA,
            "description": "Name and major version of the format."
        });
    }
    let mut text = serde_json::to_string_pretty(&sorted(schema.to_value())).unwrap_or_default();
    text.push('\n');
    text
}

/// The same value with the keys of every object in order. A crate elsewhere in a build may make
/// `serde_json` keep them as they were inserted, and the text must not depend on that.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<String, Value> = map
                .into_iter()
                .map(|(key, value)| (key, sorted(value)))
                .collect();
            sorted.into_iter().collect()
        }
        Value::Array(list) => list.into_iter().map(sorted).collect(),
        other => other,
    }
}

/// Wherever no unknown key is allowed, keys beginning with `x_` still are.
struct KeepExtras;

impl Transform for KeepExtras {
    fn transform(&mut self, schema: &mut Schema) {
        if schema
            .get("additionalProperties")
            .is_some_and(|more| more == false)
        {
            schema.insert(
                "patternProperties".to_owned(),
                serde_json::json!({ "^x_": true }),
            );
        }
        transform_subschemas(self, schema);
    }
}
