//! How times are written.

use crate::diagnostic::did_you_mean;
use crate::expression::Kind;
use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use serde_json::Value;
use std::fmt::Write;

/// A format for times, with its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeFormat {
    pub(super) form: Form,
    pub(super) zone: Zone,
}

/// A fixed distance from UTC. Named zones are refused: their rules change, a contract's bytes must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(pub(super) Offset);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Iso,
    IsoMs,
    IsoLocal,
    IsoOffset,
    Sql,
    EpochS,
    EpochMs,
    Http,
    Pattern(String),
    Raw,
}

const NAMES: &[(&str, Form)] = &[
    ("iso", Form::Iso),
    ("iso_ms", Form::IsoMs),
    ("iso_local", Form::IsoLocal),
    ("iso_offset", Form::IsoOffset),
    ("sql", Form::Sql),
    ("epoch_s", Form::EpochS),
    ("epoch_ms", Form::EpochMs),
    ("http", Form::Http),
];

impl Default for TimeFormat {
    fn default() -> Self {
        Self { form: Form::Iso, zone: Zone(Offset::UTC) }
    }
}

impl Zone {
    /// Reads `UTC` or an offset such as `+09:00`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "UTC" || text == "Z" {
            return Ok(Self(Offset::UTC));
        }
        let refused = || format!("`{text}` is no zone: write `UTC` or an offset such as `+09:00`");
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(refused()),
        };
        let (hours, minutes) = rest.split_once(':').ok_or_else(refused)?;
        let number = |text: &str, most: i32| {
            let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i32>().ok().filter(|number| fits && *number <= most)
        };
        let (hours, minutes) = number(hours, 23).zip(number(minutes, 59)).ok_or_else(refused)?;
        Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).map(Self).map_err(|_| refused())
    }
}

impl TimeFormat {
    /// Reads a format name or a strftime pattern, and a zone (UTC if none).
    ///
    /// # Errors
    /// What is wrong with it, as a sentence for a diagnostic.
    pub fn parse(format: &str, zone: Option<&str>) -> Result<Self, String> {
        let zone = zone.map_or(Ok(Zone(Offset::UTC)), Zone::parse)?;
        if let Some((_, form)) = NAMES.iter().find(|(name, _)| *name == format) {
            return Ok(Self { form: form.clone(), zone });
        }
        let names = NAMES.iter().map(|(name, _)| *name);
        if !format.contains('%') {
            let near = did_you_mean(format, names.clone()).map(|near| format!(" (did you mean `{near}`?)"));
            let names: Vec<&str> = names.collect();
            let near = near.unwrap_or_default();
            return Err(format!(
                "unknown time format `{format}`{near}; formats: {}, or a strftime pattern",
                names.join(" ")
            ));
        }
        let sample = Timestamp::UNIX_EPOCH.to_zoned(TimeZone::fixed(zone.0));
        match strtime::format(format, &sample) {
            Ok(_) => Ok(Self { form: Form::Pattern(format.to_owned()), zone }),
            Err(error) => Err(format!("`{format}` is no strftime pattern: {error}")),
        }
    }

    /// Times stay what they are: for inputs of actions.
    #[must_use]
    pub fn raw() -> Self {
        Self { form: Form::Raw, zone: Zone(Offset::UTC) }
    }

    /// Whole seconds since 1970: for the claims of a JWT.
    #[must_use]
    pub fn epoch_seconds() -> Self {
        Self { form: Form::EpochS, zone: Zone(Offset::UTC) }
    }

    /// What a time is once it is written so.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.form {
            Form::EpochS | Form::EpochMs => Kind::Integer,
            Form::Raw => Kind::Time,
            _ => Kind::Text,
        }
    }

    /// Whether times stay as they are.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.form == Form::Raw
    }

    /// Writes a time given in milliseconds since 1970. Null stays null; what is no time is left as it is.
    #[must_use]
    pub fn render(&self, time: &Value) -> Value {
        let Some(milliseconds) = time.as_i64() else {
            return time.clone();
        };
        match self.form {
            Form::EpochS => Value::from(milliseconds.div_euclid(1000)),
            Form::EpochMs | Form::Raw => Value::from(milliseconds),
            _ => Value::String(self.text(milliseconds)),
        }
    }

    fn text(&self, milliseconds: i64) -> String {
        let fallback = if milliseconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let time = Timestamp::from_millisecond(milliseconds).unwrap_or(fallback);
        if let Form::Pattern(pattern) = &self.form {
            let zoned = time.to_zoned(TimeZone::fixed(self.zone.0));
            // Tried at load; the calendar form is only a last resort.
            if let Ok(text) = strtime::format(pattern, &zoned) {
                return text;
            }
        }
        let offset = if self.form == Form::Http { Offset::UTC } else { self.zone.0 };
        let at = offset.to_datetime(time);
        let date = format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day());
        let clock = format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second());
        match self.form {
            Form::IsoMs => format!("{date}T{clock}.{:03}{}", at.millisecond(), suffix(offset, true)),
            Form::IsoLocal => format!("{date}T{clock}"),
            Form::IsoOffset => format!("{date}T{clock}{}", suffix(offset, false)),
            Form::Sql => format!("{date} {clock}"),
            Form::Http => {
                format!("{}, {:02} {} {:04} {clock} GMT", weekday(at), at.day(), month(at), at.year())
            }
            _ => format!("{date}T{clock}{}", suffix(offset, true)),
        }
    }
}

fn suffix(offset: Offset, short: bool) -> String {
    let seconds = offset.seconds();
    if seconds == 0 && short {
        return "Z".to_owned();
    }
    let mut text = String::from(if seconds < 0 { '-' } else { '+' });
    let minutes = seconds.abs() / 60;
    // Writing to a String cannot fail.
    let _ = write!(text, "{:02}:{:02}", minutes / 60, minutes % 60);
    text
}

fn weekday(at: jiff::civil::DateTime) -> &'static str {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    DAYS.get(usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0)).copied().unwrap_or("")
}

fn month(at: jiff::civil::DateTime) -> &'static str {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    MONTHS.get(usize::try_from(at.month() - 1).unwrap_or(0)).copied().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// 2026-11-20 09:47:05.678 UTC, a Friday.
    const MOMENT: i64 = 1_795_168_025_678;

    fn written(format: &str, zone: Option<&str>) -> Value {
        TimeFormat::parse(format, zone).expect("format").render(&json!(MOMENT))
    }

    #[test]
    fn every_format_by_name() {
        assert_eq!(written("iso", None), "2026-11-20T09:47:05Z");
        assert_eq!(written("iso_ms", None), "2026-11-20T09:47:05.678Z");
        assert_eq!(written("iso_local", None), "2026-11-20T09:47:05");
        assert_eq!(written("iso_offset", None), "2026-11-20T09:47:05+00:00");
        assert_eq!(written("sql", None), "2026-11-20 09:47:05");
        assert_eq!(written("epoch_s", None), MOMENT / 1000);
        assert_eq!(written("epoch_ms", None), MOMENT);
        assert_eq!(written("http", Some("+09:00")), "Fri, 20 Nov 2026 09:47:05 GMT");
        assert_eq!(written("%Y-%m-%d %H:%M:%S.%6f+00:00", None), "2026-11-20 09:47:05.678000+00:00");
    }

    #[test]
    fn zones_shift_the_clock() {
        assert_eq!(written("iso", Some("+09:00")), "2026-11-20T18:47:05+09:00");
        assert_eq!(written("sql", Some("-03:30")), "2026-11-20 06:17:05");
        assert!(Zone::parse("Asia/Seoul").unwrap_err().contains("+09:00"));
        assert!(Zone::parse("+9:00").is_err());
        assert!(Zone::parse("+24:00").is_err());
    }

    #[test]
    fn wrong_formats_are_refused_at_load() {
        assert!(TimeFormat::parse("is_ms", None).unwrap_err().contains("did you mean `iso_ms`"));
        assert!(TimeFormat::parse("%!", None).is_err());
        assert!(TimeFormat::parse("%", None).is_err());
    }

    #[test]
    fn null_stays_null() {
        assert_eq!(TimeFormat::default().render(&Value::Null), Value::Null);
    }

    proptest! {
        #[test]
        fn no_moment_fails(milliseconds: i64) {
            for (name, _) in NAMES {
                let format = TimeFormat::parse(name, Some("-23:59")).expect("format");
                prop_assert!(!format.render(&json!(milliseconds)).is_null());
            }
        }
    }
}
