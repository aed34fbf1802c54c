//! The program's own pages: what readers see, and what a browser is told about it.

use crate::world::World;
use doorward_testkit::http_actor::{Actor, Reply};

const CONTRACT: &str = include_str!("pages.yaml");
const OURS: &str = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

async fn page(actor: &Actor, path: &str) -> String {
    let reply = actor.get(path).header("Accept", "text/html").send().await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    assert_eq!(reply.header("content-type").as_deref(), Some("text/html; charset=utf-8"), "{path}");
    assert_eq!(reply.header("content-security-policy").as_deref(), Some(OURS), "{path}");
    guarded(&reply, path);
    let text = reply.text();
    assert!(text.contains("<html lang=\"en\">") && !text.contains("<script"), "{path}: {text}");
    text
}

/// Whatever it is, a browser neither keeps it nor guesses at it.
fn guarded(reply: &Reply, path: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(reply.header(name).as_deref(), Some(value), "{path}");
    }
}

async fn serving() -> World {
    World::configured(
        "[realms.shop]\nhosts = [\"shop.example\"]\ncontracts = [\"pages.yaml\", { use = \"pages.yaml\", name = \"other\", path = \"/other\" }]\n",
        &[("pages.yaml", CONTRACT)],
    )
    .await
}

fn operation(key: &str) -> String {
    format!("/_doorward/shop/docs?contract=pages&operation={}", key.replace(' ', "+"))
}

#[tokio::test]
async fn every_page_is_an_operators_and_only_read() {
    let world = serving().await;
    let (clients, operators) = (world.actor(), world.operator());
    let paths =
        ["/_doorward/", "/_doorward/docs", "/_doorward/mailbox", "/_doorward/shop/docs?contract=other"];
    let one = operation("GET /me");
    for path in paths.into_iter().chain([one.as_str()]) {
        page(&operators, path).await;
        let posted = operators.post(path).send().await;
        assert_eq!((posted.status, posted.header("allow").as_deref()), (405, Some("GET, HEAD")), "{path}");
        let head = operators.request("HEAD", path).send().await;
        assert_eq!((head.status, head.text().as_str()), (200, ""), "{path}");
        assert_eq!(clients.get(path).send().await.status, 404, "{path} is not for clients");
    }
    page(&operators, "/").await;
    for path in
        ["shop/docs?contract=nosuch", "nosuch/docs", "shop/docs?operation=GET+/nosuch", "shop/openapi.xml"]
    {
        assert_eq!(operators.get(&format!("/_doorward/{path}")).send().await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_contract_has_its_page_and_every_operation_one() {
    let world = serving().await;
    let actor = world.operator();
    let index = page(&actor, "/_doorward/docs").await;
    assert!(
        index.contains("/_doorward/shop/docs?contract=pages\"") && index.contains("contract=other\""),
        "{index}"
    );
    let listed = page(&actor, "/_doorward/shop/docs").await;
    assert!(listed.contains("Two\nlines &#38; &#60;more&#62;."), "{listed}");
    for said in ["5 operations", "/api/accounts", "Sign up.", "contract=other", "<code>bearer</code>"] {
        assert!(listed.contains(said), "{said}: {listed}");
    }
    assert_eq!(listed.matches("Not from a browser").count(), 1);
    assert_eq!(listed.matches("Answered by the team's own backend").count(), 1);

    let sign_up = page(&actor, &operation("POST /accounts")).await;
    for said in [
        "<code>register</code>",
        "<code>registered</code>",
        "<code>taken</code>",
        "201",
        "409",
        "curl -i",
        "shop.example",
    ] {
        assert!(sign_up.contains(said), "{said}: {sign_up}");
    }
    let own = page(&actor, &operation("GET /me")).await;
    assert!(own.contains("bearer (Authorization: Bearer") && !own.contains("A browser cannot try"), "{own}");
    let free = page(&actor, &operation("GET /available")).await;
    assert!(
        free.contains("A browser cannot try") && free.contains("at most this many characters: 99"),
        "{free}"
    );
    let left = page(&actor, &operation("PUT /users/{id}")).await;
    assert!(left.contains("the shop keeps addresses") && left.contains("<small>in path</small>"), "{left}");
}

#[tokio::test]
async fn the_document_itself_comes_as_json_and_as_yaml() {
    let world = serving().await;
    let actor = world.operator();
    let json = actor.get("/_doorward/shop/openapi.json?contract=other").send().await;
    assert_eq!(json.header("content-type").as_deref(), Some("application/json"));
    assert_eq!(json.json()["info"]["title"], "Pages");
    guarded(&json, "json");
    let yaml = actor.get("/_doorward/shop/openapi.yaml").send().await;
    assert_eq!(yaml.header("content-type").as_deref(), Some("application/yaml"));
    let text = yaml.text();
    assert!(text.starts_with("openapi: \"3.1.0\"\ninfo:\n  title: Pages\n"), "{text}");
    guarded(&yaml, "yaml");
}

#[tokio::test]
async fn the_start_page_says_how_the_realms_are() {
    let world = serving().await;
    let text = page(&world.operator(), "/").await;
    for said in [
        "Realm shop",
        ">answers<",
        "0 waiting, none given up",
        "<code>shop.example</code>",
        "contract other",
        "/other/",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let ids: Vec<&str> = text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "{ids:?}");
    let broken = World::with_a_failing_store().await;
    let text = page(&broken.actor(), "/").await;
    assert!(text.contains("does not answer") && text.contains("not known"), "{text}");
}

#[tokio::test]
async fn a_mails_html_is_shown_in_a_frame_where_it_can_do_nothing() {
    let world = World::serving(CONTRACT).await;
    let actor = world.actor();
    assert_eq!(actor.post("/api/code").json(r#"{"email":"ann@example.org"}"#).send().await.status, 200);
    world.mails("ann@example.org", 1).await;
    let list = page(&actor, "/_doorward/mailbox?address=ANN@example.org").await;
    assert!(list.contains("1 message to"), "{list}");
    assert!(list.contains("<a href=\"https://app.example/?code="), "{list}");
    assert!(page(&actor, "/_doorward/mailbox?address=bob@example.org").await.contains("0 messages to"));
    let message = page(&actor, "/_doorward/mailbox?message=1").await;
    let frame = "<iframe sandbox=\"\" title=\"The message as HTML\" src=\"/_doorward/mailbox?message=1&amp;part=html\">";
    assert!(message.contains(frame), "{message}");
    let html = actor.get("/_doorward/mailbox?message=1&part=html").header("Accept", "text/html").send().await;
    assert!(html.text().starts_with("<p>Hello <script>1</script><b>"), "as it was sent: {}", html.text());
    guarded(&html, "html");
    let policy = html.header("content-security-policy").unwrap_or_default();
    for said in ["default-src 'none'", "form-action 'none'", "frame-ancestors 'self'", "; sandbox"] {
        assert!(policy.contains(said), "{policy}");
    }
    assert!(!policy.contains("allow-scripts") && !policy.contains("script-src"), "{policy}");
}

#[tokio::test]
async fn a_server_whose_mails_leave_says_so() {
    let text = "[realms.a]\ncontracts = [\"pages.yaml\"]\n[mail]\ntransport = \"none\"\n";
    let world = World::configured(text, &[("pages.yaml", CONTRACT)]).await;
    let actor = world.operator();
    assert!(page(&actor, "/").await.contains("leave; none are kept here"));
    assert!(page(&actor, "/_doorward/mailbox").await.contains("none are kept here"));
    assert_eq!(actor.get("/_doorward/mailbox?to=a").send().await.text(), "[]");
}
