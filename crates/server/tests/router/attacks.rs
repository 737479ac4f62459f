//! Requests of attacks that other registries fell to: each refused with a 4xx, nothing changed, nothing told.

use crate::support::Server;

/// Whatever the registry holds, in one text.
async fn state(server: &Server) -> String {
    server.get("/api/v1/models").await.text + &server.get("/api/v1/events?limit=1000").await.text
}

#[tokio::test]
async fn no_source_leads_to_a_file_or_a_foreign_host() {
    let server = Server::seeded().await;
    let before = state(&server).await;
    for source in [
        "/etc",
        "file:///etc",
        "file:/etc",
        "FILE:///etc",
        "file://localhost/etc",
        "//proc/self/root",
        "./../../../../etc",
        "..\\\\..\\\\..\\\\etc",
        "C:\\\\Windows",
        "\\\\\\\\host\\\\share",
        "http://x/#/../../../../../../etc/",
        "http:///?/../../../../etc/",
        "http://attacker/api/2.0/mlflow-artifacts/artifacts/",
        "https://attacker/api/2.0/mlflow-artifacts/artifacts/",
        "dbfs:/r/artifacts/a%3f/../../../../../etc/",
        "mlflow-artifacts:/%2e%2e/%2e%2e/etc",
        "mlflow-artifacts:/%252e%252e/etc",
        "s3://b/p;x=../../etc",
        "s3://b/%c0%ae%c0%ae",
        "runs:/r1/../../../etc",
        "runs://host/x",
        "models:/m-other",
        // Of a version that was refused there is no copy either.
        "models:/Unicorn/4",
    ] {
        for extra in [
            "",
            r#","tags":[{"key":"mlflow.prompt.is_prompt","value":"true"}]"#,
            r#","run_id":"r1""#,
            r#","tags":[{"key":"mlflow.prompt.is_prompt","value":"False"}]"#,
            r#","tags":[{"key":"mlflow.prompt.is_prompt","value":"TRUE"}]"#,
            r#","tags":[{"key":"mlflow.prompt.is_prompt","value":"true"},{"key":"mlflow.prompt.is_prompt","value":"true"}]"#,
            r#","runId":"x","run_id":"y""#,
        ] {
            let body = format!(r#"{{"name":"Unicorn","source":"{source}"{extra}}}"#);
            let answer = server.call("POST", "model-versions/create", &body).await;
            assert!(answer.status.is_client_error(), "{body}: {} {}", answer.status, answer.text);
        }
    }
    assert_eq!(state(&server).await, before);
}

#[tokio::test]
async fn what_is_too_much_is_refused_before_it_costs() {
    let server = Server::seeded().await;
    let before = state(&server).await;
    let (long, deep) = ("n".repeat(10_000), "[".repeat(100_000));
    let ands = vec!["name%20%3D%20'a'"; 1_000].join("%20AND%20");
    for (method, path, body) in [
        ("POST", "registered-models/create".to_owned(), format!(r#"{{"name":"{long}"}}"#)),
        ("POST", "registered-models/create".to_owned(), format!(r#"{{"name":"d","x":{deep}}}"#)),
        (
            "PATCH",
            "registered-models/update".to_owned(),
            format!(r#"{{"name":"Unicorn","description":"{long}"}}"#),
        ),
        (
            "POST",
            "model-versions/create".to_owned(),
            format!(r#"{{"name":"Unicorn","source":"s3://b/{long}"}}"#),
        ),
        ("GET", format!("model-versions/search?filter={ands}"), String::new()),
        ("GET", "model-versions/search?max_results=2147483647".to_owned(), String::new()),
        ("GET", "model-versions/search?max_results=-1".to_owned(), String::new()),
        ("GET", format!("registered-models/search?{}", "order_by=name&".repeat(1000)), String::new()),
    ] {
        let answer = server.call(method, &path, &body).await;
        assert!(
            answer.status.is_client_error(),
            "{} {}",
            answer.status,
            answer.text.chars().take(200).collect::<String>()
        );
    }
    assert_eq!(state(&server).await, before);
}

#[tokio::test]
async fn errors_show_no_sql_and_no_paths() {
    let server = Server::seeded().await;
    for (method, path, body) in [
        ("POST", "registered-models/rename", r#"{"name":"Unicorn","new_name":"Unicorn2"}"#),
        ("POST", "registered-models/rename", r#"{"name":"Unicorn","new_name":"Unicorn2"}"#),
        ("GET", "model-versions/search?filter=name%3D'%27%3BDROP%20TABLE%20events--'", ""),
        ("GET", "model-versions/search?filter=name%20LIKE%20'%25%25%25%25%25%25%25%25a'", ""),
        ("GET", "registered-models/search?page_token=bnVsbA==", ""),
    ] {
        let answer = server.call(method, path, body).await;
        assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
        for leak in ["SELECT", "INSERT", "UNIQUE", "sqlite", "rusqlite", "/tmp", ".rs:"] {
            assert!(!answer.text.contains(leak), "{path}: {}", answer.text);
        }
    }
}
