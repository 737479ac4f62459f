//! The confused deputies of CVE-2023-1177 and those that followed: a source names a run or a logged model that is
//! there, and means something else. Each is refused with a 4xx, and nothing changes.

use crate::support::Server;

struct Seeded {
    server: Server,
    run: String,
    other: String,
}

/// Two runs, a logged model of the first (`mine`) and one of the second (`theirs`).
async fn seeded() -> (Seeded, String, String) {
    let server = Server::new().await;
    server.done("POST", "registered-models/create", r#"{"name":"s1"}"#).await;
    let mut runs = Vec::new();
    let mut models = Vec::new();
    for _ in 0..2 {
        let run = server.done("POST", "runs/create", r#"{"experiment_id":"0"}"#).await;
        let run = run["run"]["info"]["run_id"].as_str().unwrap().to_owned();
        let body = format!(r#"{{"experiment_id":"0","name":"model","source_run_id":"{run}"}}"#);
        let model = server.done("POST", "logged-models", &body).await;
        models.push(model["model"]["info"]["model_id"].as_str().unwrap().to_owned());
        runs.push(run);
    }
    let (other, theirs) = (runs.pop().unwrap(), models.pop().unwrap());
    (Seeded { server, run: runs.pop().unwrap(), other }, models.pop().unwrap(), theirs)
}

async fn state(server: &Server) -> String {
    server.get("/api/v1/models/s1").await.text + &server.get("/api/v1/events?limit=1000").await.text
}

#[tokio::test]
async fn no_source_reaches_beyond_the_run_or_the_model_that_is_named() {
    let (Seeded { server, run, other }, mine, theirs) = seeded().await;
    let before = (state(&server).await, server.done("GET", &format!("logged-models/{mine}"), "").await);
    let names_run = format!(r#""run_id":"{run}""#);
    let names_mine = format!(r#""model_id":"{mine}""#);
    let root = format!("mlflow-artifacts:/0/{run}/artifacts");
    for (source, naming) in [
        // A path of this machine, however it is spelt.
        ("/etc".to_owned(), &names_run),
        ("file:///etc".to_owned(), &names_run),
        ("file:/etc".to_owned(), &names_run),
        ("FILE:///etc".to_owned(), &names_run),
        ("file://localhost/etc".to_owned(), &names_run),
        ("//proc/self/root".to_owned(), &names_run),
        ("./../../../../etc".to_owned(), &names_run),
        (r"..\\..\\..\\etc".to_owned(), &names_run),
        (r"C:\\Windows".to_owned(), &names_run),
        (r"\\\\host\\share".to_owned(), &names_run),
        (format!("/0/{run}/artifacts/model"), &names_run),
        ("/etc".to_owned(), &names_mine),
        // A way out of the run.
        (format!("runs:/{run}/../../../etc"), &names_run),
        (format!("runs:/{run}/%2e%2e/%2e%2e/etc"), &names_run),
        (format!("runs:/{run}/a%3f/../../../etc"), &names_run),
        (format!("runs:/{other}/model"), &names_run),
        ("runs://host/x".to_owned(), &names_run),
        (format!("runs://{run}/x"), &names_run),
        (format!("runs:/{run}/model"), &names_mine),
        (format!("dbfs:/{run}/artifacts/a%3f/../../../../../etc/"), &names_run),
        ("mlflow-artifacts:/%2e%2e/%2e%2e/etc".to_owned(), &names_run),
        ("mlflow-artifacts:/%252e%252e/%252e%252e/etc".to_owned(), &names_run),
        ("mlflow-artifacts:/%c0%ae%c0%ae/etc".to_owned(), &names_run),
        ("mlflow-artifacts:/".to_owned(), &names_run),
        ("mlflow-artifacts:/0".to_owned(), &names_run),
        (format!("mlflow-artifacts:/0/{other}/artifacts"), &names_run),
        (format!("mlflow-artifacts:/0/models/{mine}/artifacts"), &names_run),
        (format!("mlflow-artifacts:/0/models/{theirs}/artifacts"), &names_mine),
        (format!("{root}x"), &names_run),
        (format!("{root}/../../{other}/artifacts"), &names_run),
        (format!("{root}/a%2f..%2f..%2f..%2fetc"), &names_run),
        (format!("{root}/a?b=/../../etc"), &names_run),
        (format!("{root}/a#/../../etc"), &names_run),
        (format!("{root}/a;/../../etc"), &names_run),
        (format!("{root}/a%00b"), &names_run),
        (format!("{root}/.greenroom/../x"), &names_run),
        (format!("mlflow-artifacts://evil{}", &root["mlflow-artifacts:".len()..]), &names_run),
        // Somebody else's model.
        (format!("models:/{theirs}"), &names_mine),
        (format!("models:/{mine}/../{theirs}"), &names_mine),
        (format!("models://host/{mine}"), &names_mine),
        (format!("models:/{mine}"), &names_run),
        // A host of somebody's choice.
        ("http://x/#/../../../../../../etc/".to_owned(), &names_run),
        ("http:///?/../../../../etc/".to_owned(), &names_run),
        ("http://attacker/api/2.0/mlflow-artifacts/artifacts/".to_owned(), &names_run),
        ("s3://b/p;x=../../etc".to_owned(), &names_run),
        ("s3://b/p/../../etc".to_owned(), &names_run),
    ] {
        for extra in [
            "",
            r#","tags":[{"key":"mlflow.prompt.is_prompt","value":"true"}]"#,
            r#","tags":[{"key":"mlflow.prompt.is_prompt","value":"False"}]"#,
            r#","tags":[{"key":"mlflow.prompt.is_prompt","value":"TRUE"}]"#,
            r#","tags":[{"key":"mlflow.prompt.is_prompt","value":"true"},{"key":"mlflow.prompt.is_prompt","value":"false"}]"#,
        ] {
            let body = format!(r#"{{"name":"s1","source":"{source}",{naming}{extra}}}"#);
            let answer = server.call("POST", "model-versions/create", &body).await;
            assert!(answer.status.is_client_error(), "{body}: {} {}", answer.status, answer.text);
        }
    }
    let after = (state(&server).await, server.done("GET", &format!("logged-models/{mine}"), "").await);
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_model_that_carries_the_prompt_tag_opens_no_door() {
    let (Seeded { server, run, .. }, ..) = seeded().await;
    let body = r#"{"name":"s1","key":"mlflow.prompt.is_prompt","value":"true"}"#;
    server.done("POST", "registered-models/set-tag", body).await;
    for source in ["/etc", "file:///etc", "mlflow-artifacts:/1/x"] {
        let body = format!(r#"{{"name":"s1","source":"{source}","run_id":"{run}"}}"#);
        let answer = server.call("POST", "model-versions/create", &body).await;
        assert!(answer.status.is_client_error(), "{}", answer.text);
    }
}

#[tokio::test]
async fn two_spellings_of_a_field_are_refused_whatever_they_hold() {
    let (Seeded { server, run, other }, mine, theirs) = seeded().await;
    for fields in [
        format!(r#""runId":"{run}","run_id":"{other}""#),
        format!(r#""modelId":"{mine}","model_id":"{theirs}""#),
    ] {
        let body = format!(r#"{{"name":"s1","source":"mlflow-artifacts:/0/{run}/artifacts",{fields}}}"#);
        let answer = server.call("POST", "model-versions/create", &body).await;
        assert!(
            answer.status == 400 && answer.message().contains("provide only one of them"),
            "{}",
            answer.text
        );
    }
}

/// What is accepted leads nowhere on this machine either, by whatever chain of versions.
#[tokio::test]
async fn what_is_accepted_leads_to_no_path_of_the_server() {
    let (Seeded { server, run, .. }, mine, _) = seeded().await;
    let mut versions = 0;
    for (source, naming) in [
        (format!("runs:/{run}/model"), format!(r#""run_id":"{run}""#)),
        (format!("runs:/{run}/etc/passwd"), format!(r#""run_id":"{run}""#)),
        ("runs:/0123/etc".to_owned(), r#""run_id":"0123""#.to_owned()),
        (format!("models:/{mine}"), format!(r#""model_id":"{mine}""#)),
        (format!("mlflow-artifacts:///0/{run}/artifacts/%65tc"), format!(r#""run_id":"{run}""#)),
        ("models:/s1/latest".to_owned(), r#""description":"a copy""#.to_owned()),
        ("s3://b/etc".to_owned(), r#""description":"opaque""#.to_owned()),
    ] {
        let body = format!(r#"{{"name":"s1","source":"{source}",{naming}}}"#);
        server.done("POST", "model-versions/create", &body).await;
        versions += 1;
        let path = format!("model-versions/get-download-uri?name=s1&version={versions}");
        let told = server.done("GET", &path, "").await;
        let location = told["artifact_uri"].as_str().unwrap();
        let scheme = location.split_once(':').unwrap().0;
        assert!(["mlflow-artifacts", "s3", "runs"].contains(&scheme), "{source}: {location}");
        assert!(!location.contains("..") && !location.contains('%'), "{source}: {location}");
        for path in ["etc%2fpasswd", "..%2f..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd"] {
            let uri = format!("/model-versions/get-artifact?name=s1&version={versions}&path={path}");
            let answer = server.get(&uri).await;
            assert!(answer.status.is_client_error(), "{source}: {uri}: {} {}", answer.status, answer.text);
        }
    }
}
