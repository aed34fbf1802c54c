//! `time(t, format, zone)`: a time in a format of its own.

use super::{Argument, Function, Problem, Run, count, problem};
use crate::diagnostic::codes;
use crate::expression::{Kind, Names, Type};
use crate::template::TimeFormat;
use serde_json::Value;

/// `time`
pub(super) static TIME: Function = Function {
    name: "time",
    signature: "time(time, 'iso | iso_ms | iso_local | iso_offset | sql | epoch_s | epoch_ms | http | strftime pattern', 'UTC' or '+09:00')",
    meaning: "The time in that format; epoch formats are integers, all others text. The zone is UTC unless given.",
    types,
    run: Run::Time,
};

fn types(arguments: &[Argument<'_>], _: &dyn Names) -> Result<Type, Problem> {
    count(arguments, 2, 3)?;
    let ty = arguments[0].ty;
    if ty.kind != Kind::Time {
        return problem(0, codes::TYPE_CLASH, format!("wants a time, this is {ty}"));
    }
    let mut constants = Vec::new();
    for (at, argument) in arguments.iter().enumerate().skip(1) {
        match argument.constant.and_then(Value::as_str) {
            Some(text) => constants.push(text),
            None => return problem(at, codes::MAY_FAIL, "the format and the zone must be constant texts"),
        }
    }
    let format = constants.first().copied().unwrap_or("iso");
    match TimeFormat::parse(format, constants.get(1).copied()) {
        Ok(format) => Ok(Type { kind: format.kind(), nullable: ty.nullable }),
        Err(message) => problem(usize::MAX, codes::TYPE_CLASH, message),
    }
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::codes;
    use crate::expression::{Evaluated, Kind, Type};
    use crate::function::testing::{expression, refused};
    use serde_json::json;

    #[test]
    fn writes_a_time_in_a_zone() {
        let names = [("t", Type::new(Kind::Time), json!(1_794_995_228_123_i64))];
        let written = expression("time(t, '%Y-%m-%d %H:%M', '+09:00')", &names);
        assert_eq!(written, Evaluated::Value(json!("2026-11-18 18:47")));
        assert_eq!(expression("time(t, 'epoch_s')", &names), Evaluated::Value(json!(1_794_995_228_i64)));
    }

    #[test]
    fn the_format_is_a_constant() {
        let time = Type::new(Kind::Time);
        let problem = refused("time", &[(time.clone(), None), (Type::text(), None)]);
        assert_eq!(problem.code, codes::MAY_FAIL);
        let problem = refused("time", &[(time, None), (Type::text(), Some(json!("%!")))]);
        assert_eq!(problem.code, codes::TYPE_CLASH);
    }
}
