//! `gc`: removes for good what was deleted. It works on the database and the artifacts themselves, with the server's
//! options, whether a server runs or not.

use std::path::Path;

use greenroom_app::artifact::ArtifactStore;
use greenroom_app::garbage::{self, Ask, Fate, Item, Named, Reason};
use greenroom_app::{Clock, Context, Ids};
use greenroom_core::garbage::{Kind, parse_age};
use greenroom_server::ServerConfig;
use greenroom_store::Db;
use serde_json::{Value, json};

use crate::arguments::{Format, GcOptions, ServerOptions};
use crate::output::{cell, print};
use crate::{config, serve};

pub(crate) async fn run(options: GcOptions, format: Format) -> Result<(), String> {
    let ask = ask(&options)?;
    // Details of failures go where the server's would; a line for each thing removed comes from here.
    let server = ServerOptions {
        backend_store_uri: options.backend_store_uri,
        artifacts: options.artifacts,
        config: options.config,
        log: Some("warn".to_owned()),
        ..ServerOptions::default()
    };
    let (config, log) = config::read(&server, |name| std::env::var(name).ok())?;
    serve::start_logging(&log)?;
    must_exist(&config)?;

    let db = Db::open(&config.db).await.map_err(|e| e.message)?;
    let (clock, ids) = (Clock::system(), Ids::random());
    let artifacts =
        ArtifactStore::open(&config.artifacts, || ids.next(), clock.now()).map_err(|e| e.message)?;
    let cx = Context::new(db.clone(), clock, ids, config.policy.clone())
        .with_artifacts(config.policy.artifacts, artifacts.clone());

    let mut report = Report::new(format, ask.dry_run);
    let collected = garbage::collect(&cx, ask, |item| {
        // Whoever reads the report may have gone away; what was begun is finished all the same.
        report.tell(&item).map_err(greenroom_core::Error::internal)
    });
    let collected = collected.await.map_err(|e| e.message);
    // A refusal is on standard error alone; whatever was done before a failure is told to its end.
    if collected.is_ok() || report.told > 0 {
        report.end()?;
    }
    artifacts.close().await;
    db.close().await;
    collected
}

fn ask(options: &GcOptions) -> Result<Ask, String> {
    let older_than = options.older_than.as_deref().map(parse_age).transpose().map_err(|e| e.message)?;
    let named = Named {
        runs: options.run_ids.clone(),
        logged_models: options.logged_model_ids.clone(),
        experiments: options.experiment_ids.clone(),
    };
    let anything = !named.runs.is_empty() || !named.logged_models.is_empty() || !named.experiments.is_empty();
    Ok(Ask { older_than: older_than.unwrap_or(0), only: anything.then_some(named), dry_run: options.dry_run })
}

/// A new database, or a new folder, would be the wrong one: there is nothing to be removed from it.
fn must_exist(config: &ServerConfig) -> Result<(), String> {
    let file = config.db.uri.strip_prefix("sqlite:///");
    let folder = Some(config.artifacts.uri.as_str()).filter(|uri| !uri.contains("://"));
    for (what, path) in [("database", file), ("artifact folder", folder)] {
        if let Some(path) = path.filter(|path| !Path::new(path).exists()) {
            return Err(format!("There is no {what} {path}. Give gc the options that the server has."));
        }
    }
    Ok(())
}

/// What is printed, as it happens: a line for each thing and the sums, or one JSON document.
struct Report {
    json: bool,
    dry_run: bool,
    told: u64,
    runs: u64,
    logged_models: u64,
    experiments: u64,
    kept: u64,
    files: u64,
    bytes: u64,
}

impl Report {
    fn new(format: Format, dry_run: bool) -> Self {
        let json = format == Format::Json;
        let (told, kept, files, bytes) = (0, 0, 0, 0);
        Self { json, dry_run, told, runs: 0, logged_models: 0, experiments: 0, kept, files, bytes }
    }

    /// What stands before an item in a JSON document.
    fn lead(&self) -> String {
        if self.told == 0 {
            format!("{{\"dry_run\": {}, \"items\": [\n", self.dry_run)
        } else {
            ", ".to_owned()
        }
    }

    fn tell(&mut self, item: &Item) -> Result<(), String> {
        match &item.fate {
            Fate::Kept(_) => self.kept += 1,
            Fate::Removed(_) | Fate::RemovedWithout { .. } => match item.kind {
                Kind::Run => self.runs += 1,
                Kind::LoggedModel => self.logged_models += 1,
                Kind::Experiment => self.experiments += 1,
            },
        }
        if let Fate::Removed(size) = &item.fate {
            self.files += size.files;
            self.bytes += size.bytes;
        }
        let line = if self.json { format!("{}{}", self.lead(), as_json(item)) } else { self.line(item) };
        self.told += 1;
        print(&line)
    }

    fn line(&self, item: &Item) -> String {
        let gone = if self.dry_run { "would be removed" } else { "removed" };
        let fate = match &item.fate {
            Fate::Removed(_) if item.kind == Kind::Experiment => gone.to_owned(),
            Fate::Removed(size) => format!("{gone} with {} files, {} bytes", size.files, size.bytes),
            Fate::RemovedWithout { location } => {
                format!(
                    "{gone}; its artifacts at {location} are outside the server's storage: they are left alone"
                )
            }
            Fate::Kept(reason) => format!("kept: {reason}"),
        };
        cell(&format!("{} {}: {fate}", item.kind.noun(), item.id))
    }

    fn end(&self) -> Result<(), String> {
        let Self { runs, logged_models, experiments, kept, files, bytes, .. } = self;
        if self.json {
            let sums = json!({
                "runs": runs, "logged_models": logged_models, "experiments": experiments, "kept": kept,
                "files": files, "bytes": bytes,
            });
            let lead = if self.told == 0 { self.lead() } else { String::new() };
            return print(&format!("{lead}], \"total\": {sums}}}"));
        }
        let gone = if self.dry_run { "would be removed" } else { "removed" };
        print(&format!(
            "{runs} runs, {logged_models} logged models and {experiments} experiments {gone} with {files} files, {bytes} bytes; \
             {kept} kept"
        ))
    }
}

fn as_json(item: &Item) -> Value {
    let mut told = json!({ "kind": item.kind.as_str(), "id": item.id });
    match &item.fate {
        Fate::Removed(size) => {
            told["outcome"] = "removed".into();
            told["files"] = size.files.into();
            told["bytes"] = size.bytes.into();
        }
        Fate::RemovedWithout { location } => {
            told["outcome"] = "removed".into();
            told["artifacts_left_at"] = location.as_str().into();
        }
        Fate::Kept(reason) => {
            told["outcome"] = "kept".into();
            told["reason"] = reason.to_string().into();
            if let Reason::Held { name, version, stage } | Reason::Origin { name, version, stage } = reason {
                told["held_by"] = json!({ "name": name, "version": version, "stage": stage });
            }
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_say_what_is_to_go() {
        let all = ask(&GcOptions::default()).expect("valid");
        assert!((all.older_than, all.only.is_none(), all.dry_run) == (0, true, false));
        let some = GcOptions {
            older_than: Some("1d2h".to_owned()),
            experiment_ids: vec!["7".to_owned()],
            dry_run: true,
            ..GcOptions::default()
        };
        let some = ask(&some).expect("valid");
        assert_eq!((some.older_than, some.dry_run), (26 * 3_600_000, true));
        assert_eq!(some.only.expect("named").experiments, ["7"]);
        let never = GcOptions { older_than: Some("soon".to_owned()), ..GcOptions::default() };
        assert!(ask(&never).expect_err("no age").contains("'soon'"));
    }
}
