//! Datasets: what a run says it read.

use crate::Result;
use crate::name::check_text;
use crate::tag::Tag;

/// Characters in each part (MLflow's limits).
const MAX_NAME: usize = 500;
const MAX_DIGEST: usize = 36;
const MAX_SOURCE_TYPE: usize = 36;
const MAX_SOURCE: usize = 65_535;
const MAX_SCHEMA: usize = 1_048_575;
const MAX_PROFILE: usize = 16_777_215;
const MAX_TAG_KEY: usize = 255;
const MAX_TAG_VALUE: usize = 500;

/// A dataset; in an experiment it is known by name and digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// Tells its content from another of the same name.
    pub digest: String,
    /// How to read `source`.
    pub source_type: String,
    /// Where it is, as the client writes it (JSON, usually). The server never looks.
    pub source: String,
    /// Its columns, as the client writes them.
    pub schema: Option<String>,
    /// Its figures, as the client writes them.
    pub profile: Option<String>,
}

/// A dataset as a run took it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasetInput {
    /// The dataset.
    pub dataset: Dataset,
    /// What for, as tags; ordered by key.
    pub tags: Vec<Tag>,
}

impl DatasetInput {
    /// Checks a dataset and its tags; of two tags with one key the later wins.
    pub fn new(dataset: Dataset, tags: &[(String, String)]) -> Result<Self> {
        check_text("name", &dataset.name, MAX_NAME)?;
        check_text("digest", &dataset.digest, MAX_DIGEST)?;
        check_text("source_type", &dataset.source_type, MAX_SOURCE_TYPE)?;
        check_text("source", &dataset.source, MAX_SOURCE)?;
        check_text("schema", dataset.schema.as_deref().unwrap_or_default(), MAX_SCHEMA)?;
        check_text("profile", dataset.profile.as_deref().unwrap_or_default(), MAX_PROFILE)?;
        let mut checked = std::collections::BTreeMap::new();
        for (key, value) in tags {
            check_text("key", key, MAX_TAG_KEY)?;
            check_text("value", value, MAX_TAG_VALUE)?;
            checked.insert(key.clone(), Tag { key: key.clone(), value: value.clone() });
        }
        Ok(Self { dataset, tags: checked.into_values().collect() })
    }
}

/// Of inputs with one name and digest the first counts (MLflow's behaviour).
pub fn distinct(inputs: &[DatasetInput]) -> Vec<&DatasetInput> {
    let mut seen = std::collections::HashSet::new();
    inputs.iter().filter(|input| seen.insert((&input.dataset.name, &input.dataset.digest))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset(name: &str, source: &str) -> Dataset {
        Dataset {
            name: name.into(),
            digest: "d".into(),
            source_type: "local".into(),
            source: source.into(),
            schema: None,
            profile: None,
        }
    }

    #[test]
    fn limits_are_mlflows() {
        let refusal = |dataset, tags: &[(String, String)]| {
            DatasetInput::new(dataset, tags).expect_err("too long").message
        };
        assert_eq!(
            refusal(dataset(&"n".repeat(501), ""), &[]),
            "'name' exceeds the maximum length of 500 characters"
        );
        assert_eq!(
            refusal(dataset("n", &"s".repeat(65_536)), &[]),
            "'source' exceeds the maximum length of 65535 characters"
        );
        assert_eq!(
            refusal(dataset("n", ""), &[("k".into(), "v".repeat(501))]),
            "'value' exceeds the maximum length of 500 characters"
        );
        DatasetInput::new(dataset("", ""), &[(String::new(), String::new())])
            .expect("MLflow takes empty names");
    }

    #[test]
    fn the_first_of_two_with_one_name_and_digest_counts() {
        let inputs = ["a", "b"].map(|s| DatasetInput::new(dataset("n", s), &[]).expect("valid"));
        assert_eq!(distinct(&inputs), [&inputs[0]]);
    }
}
