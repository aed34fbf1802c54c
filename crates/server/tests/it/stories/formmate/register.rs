//! Registration: the User, the defaults, and a list of errors in the validator's own form.

use super::*;

#[tokio::test]
async fn registering_answers_the_user_and_sets_both_cookies() {
    let world = World::start().await;
    let (_, reply) = registered(&world).await;
    let id = reply.json()["id"].as_str().expect("id is a text").to_owned();
    worded(&reply, (201, "Successfully registered"), JSON_UTF8, &user(&id, "Unspecified"));
    both_cookies(&reply, &id);
    assert!(!reply.text().contains(PASSWORD));
}

#[tokio::test]
async fn optional_members_are_kept_and_null_takes_the_default() {
    let world = World::start().await;
    let api = world.api("formmate");
    let mut body = karen();
    body["purpose"] = json!("근로계약서 작성");
    body["occupation"] = Value::Null;
    body["sign"] = Value::Null;
    let reply = register(&api, &body).await;
    let id = reply.json()["id"].as_str().expect("id is a text").to_owned();
    worded(&reply, (201, "Successfully registered"), JSON_UTF8, &user(&id, "근로계약서 작성"));
    body["email"] = json!("b@abcd.com");
    body["purpose"] = Value::Null;
    body["occupation"] = json!("");
    body["sign"] = json!("s".repeat(200));
    let reply = register(&api, &body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let user = reply.json();
    assert_eq!((&user["purpose"], &user["sign"]), (&json!("Unspecified"), &body["sign"]));
    assert_eq!(user["occupation"], "", "an empty text is a text");
}

#[tokio::test]
async fn a_taken_address_is_409_in_any_spelling() {
    let world = World::start().await;
    let (api, _) = registered(&world).await;
    for email in [EMAIL, "SOMEONE@abcd.com", "someone@ABCD.COM"] {
        let mut body = karen();
        body["email"] = json!(email);
        let reply = register(&api, &body).await;
        worded(&reply, (409, "Account already exists"), TEXT_UTF8, "Account already exists");
        assert!(reply.set_cookies().is_empty());
    }
}

#[tokio::test]
async fn the_eight_required_members_must_be_there_and_be_text() {
    let world = World::start().await;
    let api = world.api("formmate");
    let required = ["email", "name", "password", "birth", "sex", "contact", "address", "job"];
    let nothing = register(&api, &json!({})).await;
    let expected: Vec<_> = required
        .iter()
        .map(|name| (String::new(), "required".to_owned(), json!({"missingProperty": name})))
        .collect();
    assert_eq!(errors(&nothing), expected);
    for name in required {
        let mut body = karen();
        body.as_object_mut().expect("an object").shift_remove(name);
        only(&register(&api, &body).await, "", "required", json!({"missingProperty": name}));
        for wrong in [json!(1), json!(null), json!(true), json!(["canary"]), json!({"canary": "canary"})] {
            body[name] = wrong;
            let found = errors(&register(&api, &body).await);
            assert_eq!(
                found[0],
                (format!("/{name}"), "type".to_owned(), json!({"type": "string"})),
                "{body}"
            );
        }
    }
    assert_eq!(world.faults().await, 0.0);
}

#[tokio::test]
async fn every_limit_is_told_with_its_rule_and_holds_to_the_character() {
    let world = World::start().await;
    let api = world.api("formmate");
    let limits = [
        ("name", 10),
        ("password", 256),
        ("address", 200),
        ("job", 50),
        ("purpose", 100),
        ("occupation", 100),
        ("sign", 200),
    ];
    for (number, (name, limit)) in limits.into_iter().enumerate() {
        let mut body = karen();
        body["email"] = json!(format!("limit{number}@abcd.com"));
        body[name] = json!("한".repeat(limit + 1));
        let pointer = format!("/{name}");
        only(&register(&api, &body).await, &pointer, "maxLength", json!({"limit": limit}));
        body[name] = json!("한".repeat(limit));
        assert_eq!(register(&api, &body).await.status, 201, "{name}");
    }
    let mut body = karen();
    body["email"] = json!(format!("{}@abcd.com", "e".repeat(22)));
    only(&register(&api, &body).await, "/email", "maxLength", json!({"limit": 30}));
    body["email"] = json!(format!("{}@abcd.com", "e".repeat(21)));
    assert_eq!(register(&api, &body).await.status, 201);
    body["email"] = json!("c@abcd.com");
    body["contact"] = json!("1".repeat(21));
    only(&register(&api, &body).await, "/contact", "maxLength", json!({"limit": 20}));
    body["contact"] = json!("1".repeat(20));
    assert_eq!(register(&api, &body).await.status, 201);
}

#[tokio::test]
async fn forms_are_told_by_rule_and_never_quote_the_value() {
    let world = World::start().await;
    let api = world.api("formmate");
    let cases: [(&str, &[&str], &str); 4] = [
        ("email", &["canary", "a@canary@b.c", "@canary.x", "canary@", "a b@canary.x"], "format"),
        ("birth", &["04020", "0402011", "04o201", "０４０２０１", "040201\n"], "pattern"),
        ("sex", &["0", "5", "canary", "", "１"], "enum"),
        ("contact", &["canary", "010/1234", "전화"], "pattern"),
    ];
    for (name, values, keyword) in cases {
        for value in values {
            let mut body = karen();
            body[name] = json!(value);
            let found = errors(&register(&api, &body).await);
            assert_eq!(found.len(), 1, "{name} {value:?}: {found:?}");
            assert_eq!((found[0].0.as_str(), found[0].1.as_str()), (format!("/{name}").as_str(), keyword));
        }
    }
    let mut body = karen();
    body["sex"] = json!("9");
    only(&register(&api, &body).await, "/sex", "enum", json!({"allowedValues": ["1", "2", "3", "4"]}));
    body = karen();
    body["email"] = json!("canary");
    only(&register(&api, &body).await, "/email", "format", json!({"format": "email"}));
    for sex in ["1", "2", "3", "4"] {
        let mut body = karen();
        body["sex"] = json!(sex);
        body["email"] = json!(format!("sex{sex}@abcd.com"));
        assert_eq!(register(&api, &body).await.status, 201);
    }
}

#[tokio::test]
async fn missing_comes_before_unknown_and_unknown_before_the_fields_in_their_order() {
    let world = World::start().await;
    let api = world.api("formmate");
    let body = json!({
        "zeta": "canary", "job": 7, "sign": "s".repeat(201), "contact": "canary", "email": "canary", "name": "n",
        "password": "p", "admin": "canary", "birth": "x"
    });
    let found: Vec<_> = errors(&register(&api, &body).await)
        .into_iter()
        .map(|(pointer, keyword, params)| (pointer, keyword, params.as_object().cloned().unwrap_or_default()))
        .collect();
    let short: Vec<_> =
        found.iter().map(|(pointer, keyword, _)| (pointer.as_str(), keyword.as_str())).collect();
    assert_eq!(
        short,
        [
            ("", "required"),
            ("", "required"),
            ("", "additionalProperties"),
            ("", "additionalProperties"),
            ("/email", "format"),
            ("/birth", "pattern"),
            ("/contact", "pattern"),
            ("/job", "type"),
            ("/sign", "maxLength"),
        ]
    );
    assert_eq!(found[0].2["missingProperty"], "sex");
    assert_eq!(found[1].2["missingProperty"], "address");
    let unknown = [&found[2].2["additionalProperty"], &found[3].2["additionalProperty"]];
    assert!(unknown.contains(&&json!("zeta")) && unknown.contains(&&json!("admin")), "{unknown:?}");
}

#[tokio::test]
async fn a_body_that_is_no_object_is_invalid_and_broken_json_is_plain_text() {
    let world = World::start().await;
    let api = world.api("formmate");
    for path in ["/auth/register", "/auth/login"] {
        for body in ["[]", "null", "1", "\"canary\"", "true"] {
            let reply = api.post(path).json(body).send().await;
            only(&reply, "", "type", json!({"type": "object"}));
        }
        for body in ["{", "nonsense", "{\"a\":1,}", "{'a':1}", "\u{feff}"] {
            let reply = api.post(path).json(body).send().await;
            worded(&reply, (400, "Bad Request"), TEXT_UTF8, "Bad Request");
        }
    }
}

#[tokio::test]
async fn the_password_arrives_hashed_and_any_text_will_do() {
    let world = World::start().await;
    let api = world.api("formmate");
    for (number, password) in ["1", " ", "비밀번호", "p\u{0}q"].iter().enumerate() {
        let mut body = karen();
        body["email"] = json!(format!("p{number}@abcd.com"));
        body["password"] = json!(password);
        assert_eq!(register(&api, &body).await.status, 201, "{password:?}");
        let login = json!({"email": body["email"], "password": password}).to_string();
        assert_eq!(api.post("/auth/login").json(&login).send().await.status, 201, "{password:?}");
    }
    let mut body = karen();
    body["password"] = json!("");
    let found = errors(&register(&api, &body).await);
    assert_eq!((found[0].0.as_str(), found[0].1.as_str()), ("/password", "minLength"));
}
