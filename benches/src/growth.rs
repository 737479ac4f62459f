//! Growth: the same calls on registries of a thousand to a million versions, and on models of ten and ten
//! thousand. The largest registry also serves the start-up group.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::Result;
use crate::arguments::Group;
use crate::bench::{Bench, Server, Subject};
use crate::bulk::{self, Shape};
use crate::load::{self, Pool};
use crate::registry::{API, Call, ask, get, model};
use crate::report::{progress, say, table, verdict};
use crate::startup::{self, Large, Mlflow};
use crate::statistics::{count, millis, percentile, ratio, real};

/// Versions of each model of a growing registry.
const EACH: usize = 100;
/// Different requests of one kind.
const KINDS: usize = 2000;
const PAGE: usize = 100;
/// What the largest registry may cost of the smallest.
const GOAL: f64 = 1.5;

/// One registry's medians, by call, in microseconds.
type Medians = Vec<(String, u32)>;

/// Measures and reports growth and start-up, whichever is wanted.
pub(crate) async fn run(bench: &Bench, mlflow: Mlflow) -> Result<()> {
    let mut large = Vec::new();
    for subject in bench.present(&[Subject::Sqlite, Subject::Postgres]) {
        let largest = bench.sizes.registries.len() - 1;
        let mut columns: Vec<(String, Medians)> = Vec::new();
        for (index, versions) in bench.sizes.registries.iter().enumerate() {
            if index < largest && !bench.wants(Group::Growth) {
                continue;
            }
            progress(&format!("{}: a registry of {versions} versions", subject.name()))?;
            let shape = Shape { first: 0, models: versions / EACH, versions: EACH };
            let (uri, server) = filled(bench, subject, &[shape]).await?;
            if bench.wants(Group::Growth) {
                let medians = whole_registry(bench, &server, shape).await?;
                columns.push((format!("{} versions", count(real(*versions))), medians));
            }
            server.process.stop().await?;
            if index == largest && bench.wants(Group::Startup) {
                large.push((subject, startup::large(bench, subject, &uri, shape).await?));
            }
            bench.forget(subject, "growth").await?;
        }
        if bench.wants(Group::Growth) {
            let models = one_model(bench, subject).await?;
            report(bench, subject, &columns, &models)?;
        }
    }
    if bench.wants(Group::Startup) {
        let large: Vec<(Subject, Large)> = large;
        startup::run(bench, mlflow, &large).await?;
    }
    Ok(())
}

/// A server over a database that was filled directly.
async fn filled(bench: &Bench, subject: Subject, shapes: &[Shape]) -> Result<(String, Server)> {
    let uri = bench.database(subject, "growth").await?;
    bench.start(subject, &uri).await?.process.stop().await?;
    bulk::fill(&uri, shapes).await?;
    let server = bench.start(subject, &uri).await?;
    Ok((uri, server))
}

/// What is asked of a growing registry.
async fn whole_registry(bench: &Bench, server: &Server, shape: Shape) -> Result<Medians> {
    let all = shape.models * shape.versions;
    let depth = bench.sizes.depth.min(all - PAGE);
    let searches = [
        ("search, first page", search("", "")),
        ("search, page at row 100,000 or last", deep(server, shape, depth).await?),
        ("search, name = '...'", search(&format!("name = '{}'", model(4)), "")),
        ("search, a tag of every tenth version", search("tags.owner = 'team-3'", "")),
        ("search, a tag of five versions", search("tags.canary = 'yes'", "")),
        ("search, name LIKE 'model-00000%'", search("name LIKE 'model-00000%'", "")),
        ("search models, first ten", get(&format!("{API}/registered-models/search?max_results=10"))),
    ];
    let mut pools: Vec<(String, Pool)> =
        searches.into_iter().map(|(name, request)| (name.to_owned(), Arc::new(vec![request]))).collect();
    for call in [Call::Get, Call::Latest, Call::ByAlias] {
        pools.push((call.path().to_owned(), spread(shape, call)));
    }
    medians(bench, server, pools).await
}

async fn medians(bench: &Bench, server: &Server, pools: Vec<(String, Pool)>) -> Result<Medians> {
    let mut medians = Vec::new();
    for (name, pool) in pools {
        let micros = load::calls(server.address, &pool, bench.sizes.calls, bench.sizes.calls_within).await?;
        medians.push((name, percentile(&micros, 0.5)));
    }
    Ok(medians)
}

/// Requests about versions all over a registry.
pub(crate) fn spread(shape: Shape, call: Call) -> Pool {
    let all = shape.models * shape.versions;
    let step = (all / KINDS).max(1);
    let places = (0..all).step_by(step).map(|place| {
        let (number, version, _) = shape.at(place);
        call.request(&model(number), version, 0)
    });
    Arc::new(places.collect())
}

/// A search for a page of versions.
pub(crate) fn search(filter: &str, token: &str) -> Vec<u8> {
    let mut query = format!("max_results={PAGE}");
    for (key, value) in [("filter", filter), ("page_token", token)] {
        if !value.is_empty() {
            query.extend(["&", key, "=", &encoded(value)]);
        }
    }
    get(&format!("{API}/model-versions/search?{query}"))
}

pub(crate) fn encoded(text: &str) -> String {
    let byte = |b: u8| {
        if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }
    };
    text.bytes().map(byte).collect()
}

/// The page that begins so many rows down in the default order: the first page's token, moved there. Asked
/// once to see that it is that page.
async fn deep(server: &Server, shape: Shape, depth: usize) -> Result<Vec<u8>> {
    let first: Value = serde_json::from_slice(&ask(server, &search("", "")).await?)?;
    let token = first["next_page_token"].as_str().ok_or("the first page has no token")?;
    let mut token: Value = serde_json::from_slice(&STANDARD.decode(token)?)?;
    let (number, version, updated) = shape.at(depth - 1);
    token["after"] = json!([updated, model(number), version]);
    let request = search("", &STANDARD.encode(token.to_string()));

    let page: Value = serde_json::from_slice(&ask(server, &request).await?)?;
    let (number, version, _) = shape.at(depth);
    let top = &page["model_versions"][0];
    if top["name"] != model(number) || top["version"].as_str().and_then(|v| v.parse().ok()) != Some(version) {
        return Err(format!(
            "the page at row {depth} begins with {top}, not with {} {version}",
            model(number)
        )
        .into());
    }
    Ok(request)
}

/// A small and a large model in one registry.
async fn one_model(bench: &Bench, subject: Subject) -> Result<Vec<(String, Medians)>> {
    let [small, large] = bench.sizes.one_model;
    progress(&format!("{}: a model of {large} versions", subject.name()))?;
    let shapes = [(0, small), (1, large)].map(|(first, versions)| Shape { first, models: 1, versions });
    let (_, server) = filled(bench, subject, &shapes).await?;
    let mut columns = Vec::new();
    for shape in shapes {
        // The ten highest versions: a page as long as the small model's.
        let page = get(&format!(
            "{API}/model-versions/search?max_results=10&filter={}",
            encoded(&format!("name = '{}'", model(shape.first)))
        ));
        let mut pools = vec![("search, its first ten".to_owned(), Arc::new(vec![page]))];
        for call in [Call::Get, Call::Latest, Call::ByAlias] {
            pools.push((call.path().to_owned(), spread(shape, call)));
        }
        let all_stages = crate::registry::post(
            &format!("{API}/{}", Call::Latest.path()),
            &json!({ "name": model(shape.first) }),
        );
        pools.push((format!("{}, all stages", Call::Latest.path()), Arc::new(vec![all_stages])));
        let name = model(shape.first);
        pools.push((
            "registered-models/get".to_owned(),
            Arc::new(vec![get(&format!("{API}/registered-models/get?name={name}"))]),
        ));
        columns.push((
            format!("{} versions", count(real(shape.versions))),
            medians(bench, &server, pools).await?,
        ));
    }
    server.process.stop().await?;
    bench.forget(subject, "growth").await?;
    Ok(columns)
}

fn report(
    bench: &Bench,
    subject: Subject,
    registries: &[(String, Medians)],
    models: &[(String, Medians)],
) -> Result<()> {
    say("")?;
    say(&format!("## Growth, {}", subject.name()))?;
    say("")?;
    say(&format!(
        "Median of up to {} calls, one client, ms; pages of {PAGE}. Goal: the largest within {GOAL}x of the smallest. The \
         registries were written straight into the tables ({EACH} versions a model, two tags each, the rare one besides), \
         past the event log.",
        bench.sizes.calls
    ))?;
    compare(registries)?;
    say("One model, within a registry of two:")?;
    compare(models)?;
    let Some((_, last)) = registries.last() else { return Ok(()) };
    if let [(_, first), (_, deep), ..] = last.as_slice() {
        let times = f64::from(*deep) / f64::from(*first).max(1.0);
        say(&format!(
            "In the largest registry the deep page costs {} of the first: {}.",
            ratio(times),
            verdict(Some(times <= GOAL))
        ))?;
    }
    Ok(())
}

fn compare(columns: &[(String, Medians)]) -> Result<()> {
    let (Some((_, smallest)), Some((_, largest))) = (columns.first(), columns.last()) else { return Ok(()) };
    let mut heads = vec!["call"];
    heads.extend(columns.iter().map(|(name, _)| name.as_str()));
    heads.extend(["ratio", "goal"]);
    let rows = smallest.iter().zip(largest).enumerate().map(|(index, ((name, small), (_, large)))| {
        let mut row = vec![name.clone()];
        row.extend(columns.iter().filter_map(|(_, medians)| medians.get(index)).map(|(_, p50)| millis(*p50)));
        let times = f64::from(*large) / f64::from(*small).max(1.0);
        row.extend([ratio(times), verdict(Some(times <= GOAL)).to_owned()]);
        row
    });
    table(&heads, &rows.collect::<Vec<_>>())
}
