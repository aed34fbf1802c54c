use super::*;

const NOW: Timestamp = Timestamp(1_767_225_600_000);

fn at(seconds: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(seconds))
}

fn attempt(subject: &str, address: &str) -> Attempt {
    Attempt { realm: "r".to_owned(), subject: subject.to_owned(), address: address.parse().unwrap() }
}

fn limits() -> MemoryLimits {
    MemoryLimits::new(LimitPolicy::default())
}

/// One wrong try, whole; how long it would have had to wait, if it was not admitted.
fn guess(limits: &MemoryLimits, subject: &str, address: &str, now: Timestamp) -> Option<u64> {
    let attempt = attempt(subject, address);
    match limits.take(&attempt, now) {
        Turn::Now => {
            limits.end(&attempt, Settled::Wrong, now);
            None
        }
        Turn::Soon => panic!("nothing is under way"),
        Turn::After(wait) => Some(wait.as_secs()),
    }
}

#[test]
fn five_are_free_then_the_delay_doubles_up_to_a_quarter_of_an_hour() {
    let limits = limits();
    for _ in 0..5 {
        assert_eq!(guess(&limits, "ann", "192.0.2.1", NOW), None);
    }
    let mut time = 0;
    for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        assert_eq!(guess(&limits, "ann", "192.0.2.1", at(time)), Some(expected));
        assert_eq!(
            guess(&limits, "ann", "192.0.2.1", at(time)),
            Some(expected),
            "a refused try costs nothing"
        );
        time += expected;
        assert_eq!(guess(&limits, "ann", "192.0.2.1", at(time)), None);
    }
}

#[test]
fn one_v6_network_is_one_address_and_another_pair_is_free() {
    let limits = limits();
    for n in 0..5 {
        assert_eq!(guess(&limits, "ann", &format!("2001:db8::{n}"), NOW), None);
    }
    assert!(guess(&limits, "ann", "2001:db8::ffff", NOW).is_some());
    assert_eq!(guess(&limits, "ann", "2001:db8:0:1::1", NOW), None);
    assert_eq!(guess(&limits, "bob", "2001:db8::1", NOW), None);
}

#[test]
fn a_secret_stands_twenty_from_everywhere_but_its_owner_gets_in() {
    let limits = limits();
    let home = attempt("ann", "198.51.100.7");
    assert_eq!(limits.take(&home, NOW), Turn::Now);
    limits.end(&home, Settled::Right, NOW);
    for n in 0..20 {
        assert_eq!(guess(&limits, "ann", &format!("192.0.2.{n}"), NOW), None);
    }
    assert_eq!(guess(&limits, "ann", "192.0.2.99", NOW), Some(1));
    assert_eq!(limits.take(&home, NOW), Turn::Now, "the owner's network is not held up");
}

#[test]
fn a_network_has_a_hundred_over_all_secrets_and_its_own_sign_ins_do_not_renew_them() {
    let limits = limits();
    for n in 0..100 {
        assert_eq!(guess(&limits, &format!("user{n}"), "192.0.2.1", NOW), None);
        if n < 99 {
            let own = attempt("mallory", "192.0.2.1");
            assert_eq!(limits.take(&own, NOW), Turn::Now);
            limits.end(&own, Settled::Right, NOW);
        }
    }
    assert_eq!(guess(&limits, "user100", "192.0.2.1", NOW), Some(1));
    assert_eq!(guess(&limits, "user100", "192.0.2.2", NOW), None);
}

#[test]
fn right_and_untested_tries_never_count() {
    let limits = limits();
    let own = attempt("ann", "192.0.2.1");
    for n in 0..1000 {
        assert_eq!(limits.take(&own, NOW), Turn::Now);
        limits.end(&own, if n % 2 == 0 { Settled::Right } else { Settled::Untested }, NOW);
    }
}

#[test]
fn a_right_try_forgives_the_pair() {
    let limits = limits();
    let own = attempt("ann", "192.0.2.1");
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(guess(&limits, "ann", "192.0.2.1", NOW), None);
        }
        assert_eq!(limits.take(&own, NOW), Turn::Now);
        limits.end(&own, Settled::Right, NOW);
    }
}

#[test]
fn a_day_later_it_starts_anew() {
    let limits = limits();
    for start in [0, 86_400] {
        for _ in 0..5 {
            assert_eq!(guess(&limits, "ann", "192.0.2.1", at(start)), None);
        }
    }
    assert!(guess(&limits, "ann", "192.0.2.1", at(86_400)).is_some());
}

#[tokio::test]
async fn many_right_tries_at_a_time_all_get_in() {
    let limits = limits();
    let own = attempt("ann", "192.0.2.1");
    let sign_in = async || {
        let refused = limits.spend(&own, NOW).await.unwrap();
        tokio::task::yield_now().await;
        limits.settle(&own, Settled::Right, NOW).await.unwrap();
        refused
    };
    let (a, b, c, d) = tokio::join!(sign_in(), sign_in(), sign_in(), sign_in());
    let (e, f, g, h) = tokio::join!(sign_in(), sign_in(), sign_in(), sign_in());
    assert_eq!([a, b, c, d, e, f, g, h], [None; 8]);
    let (a, b, c, d, e, f, g) =
        tokio::join!(sign_in(), sign_in(), sign_in(), sign_in(), sign_in(), sign_in(), sign_in());
    assert_eq!([a, b, c, d, e, f, g], [None; 7], "two of seven wait for their turn");
}

#[tokio::test]
async fn a_wrong_try_is_told_how_many_are_left_without_waiting() {
    let limits = MemoryLimits::new(LimitPolicy { per_pair: 3, ..LimitPolicy::default() });
    let one = attempt("kim", "192.0.2.1");
    let mut told = Vec::new();
    for _ in 0..3 {
        limits.spend(&one, NOW).await.unwrap();
        told.push(
            limits.settle(&one, Settled::Wrong, NOW).await.unwrap().map(|tries| (tries.used, tries.left)),
        );
    }
    assert_eq!(told, [Some((1, 2)), Some((2, 1)), Some((3, 0))]);
    assert_eq!(limits.settle(&one, Settled::Right, NOW).await.unwrap(), None);
    let unlimited = MemoryLimits::new(LimitPolicy::unlimited());
    unlimited.spend(&one, NOW).await.unwrap();
    assert_eq!(unlimited.settle(&one, Settled::Wrong, NOW).await.unwrap(), None);
}

#[tokio::test]
async fn guesses_at_a_time_stay_five() {
    let limits = limits();
    let one = attempt("ann", "192.0.2.1");
    let spend = async || {
        let refused = limits.spend(&one, NOW).await.unwrap();
        if refused.is_none() {
            tokio::task::yield_now().await;
            limits.settle(&one, Settled::Wrong, NOW).await.unwrap();
        }
        refused
    };
    let (a, b, c, d) = tokio::join!(spend(), spend(), spend(), spend());
    let (e, f, g, h) = tokio::join!(spend(), spend(), spend(), spend());
    let again = tokio::join!(spend(), spend());
    let admitted = [a, b, c, d, e, f, g, h, again.0, again.1].into_iter().filter(Option::is_none).count();
    assert_eq!(admitted, 5);
}

#[test]
fn memory_is_bounded() {
    let limits = MemoryLimits::new(LimitPolicy { kept: 10, per_network: 1000, ..LimitPolicy::default() });
    for n in 0..500 {
        guess(&limits, &format!("user{n}"), "192.0.2.1", NOW);
    }
    assert_eq!(limits.lock().pairs.len(), 10);
    assert_eq!(limits.lock().subjects.len(), 10);
    assert_eq!(limits.lock().networks.len(), 1);
}
