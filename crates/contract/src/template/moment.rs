//! Reading times and days back from how they are written.

use super::format::{Form, TimeFormat};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use serde_json::Value;

/// A moment and a day that every format which keeps times, or days, gives back.
const SAMPLE_MOMENT: i64 = 981_173_100_000;
const SAMPLE_DAY: &str = "2001-02-03";

impl TimeFormat {
    /// The time that is written so, in milliseconds since 1970; nothing for what is not written so.
    #[must_use]
    pub fn read(&self, written: &Value) -> Option<i64> {
        match (&self.form, written) {
            (Form::EpochS, number) => whole(number)?.checked_mul(1000).filter(|time| in_range(*time)),
            (Form::EpochMs | Form::Raw, number) => whole(number).filter(|time| in_range(*time)),
            (_, Value::String(text)) => self.read_text(text).map(Timestamp::as_millisecond),
            _ => None,
        }
    }

    fn read_text(&self, text: &str) -> Option<Timestamp> {
        let local = |at: DateTime| self.zone.0.to_timestamp(at).ok();
        match &self.form {
            Form::Pattern(pattern) => {
                let read = BrokenDownTime::parse(pattern, text).ok()?;
                if read.offset().is_some() {
                    return read.to_timestamp().ok();
                }
                local(read.to_datetime().ok()?)
            }
            Form::Http => {
                let read = BrokenDownTime::parse("%a, %d %b %Y %H:%M:%S GMT", text).ok()?;
                TimeZone::UTC.to_timestamp(read.to_datetime().ok()?).ok()
            }
            Form::IsoLocal | Form::Sql => local(text.parse().ok()?),
            _ => text.parse().ok(),
        }
    }

    /// The day that is written so, as `YYYY-MM-DD`; nothing for what is not written so.
    #[must_use]
    pub fn read_day(&self, written: &Value) -> Option<String> {
        let day: Date = match (&self.form, written) {
            (Form::Pattern(pattern), Value::String(text)) => {
                BrokenDownTime::parse(pattern, text).ok()?.to_date().ok()?
            }
            _ => {
                let time = Timestamp::from_millisecond(self.read(written)?).ok()?;
                self.zone.0.to_datetime(time).date()
            }
        };
        Some(day.to_string())
    }

    /// Writes a day that is kept as `YYYY-MM-DD`; null for what is no day.
    #[must_use]
    pub fn render_day(&self, day: &str) -> Value {
        let day = day.parse::<Date>().ok();
        let midnight = day.and_then(|day| self.zone.0.to_timestamp(day.at(0, 0, 0, 0)).ok());
        midnight.map_or(Value::Null, |time| self.render(&Value::from(time.as_millisecond())))
    }

    /// Whether times written so can be read back, to the minute.
    #[must_use]
    pub fn keeps_times(&self) -> bool {
        self.read(&self.render(&Value::from(SAMPLE_MOMENT))) == Some(SAMPLE_MOMENT)
    }

    /// Whether days written so can be read back.
    #[must_use]
    pub fn keeps_days(&self) -> bool {
        self.read_day(&self.render_day(SAMPLE_DAY)).as_deref() == Some(SAMPLE_DAY)
    }
}

/// A time as RFC 3339 has it, in UTC: what is kept.
#[must_use]
pub fn kept_time(milliseconds: i64) -> Option<String> {
    Timestamp::from_millisecond(milliseconds).ok().map(|time| time.to_string())
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_i64(),
    }
}

fn in_range(milliseconds: i64) -> bool {
    Timestamp::from_millisecond(milliseconds).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn format(format: &str, zone: Option<&str>) -> TimeFormat {
        TimeFormat::parse(format, zone).expect("format")
    }

    #[test]
    fn every_format_reads_what_it_writes() {
        let names = ["iso", "iso_ms", "iso_local", "iso_offset", "sql", "epoch_s", "epoch_ms", "http"];
        for name in names.into_iter().chain(["%Y-%m-%d %H:%M:%S.%6f+00:00", "%d/%m/%Y %H:%M", "%FT%T%:z"]) {
            for zone in
                [None, Some("+09:00")].into_iter().filter(|zone| zone.is_none() || !name.contains("+00"))
            {
                let format = format(name, zone);
                assert!(format.keeps_times() && format.keeps_days(), "{name} {zone:?}");
            }
        }
        assert!(format("%d.%m.%Y", None).keeps_days() && !format("%d.%m.%Y", None).keeps_times());
        assert!(!format("%H:%M", None).keeps_days() && !format("%d.%m.%y %p", None).keeps_times());
    }

    #[test]
    fn what_is_written_otherwise_is_nothing() {
        let day = format("%d/%m/%Y", None);
        assert_eq!(day.read_day(&json!("29/02/2000")), Some("2000-02-29".to_owned()));
        for bad in [json!("30/02/2000"), json!("2000-02-29"), json!(""), json!(7), json!("29/02/2000 ")] {
            assert_eq!(day.read_day(&bad), None, "{bad}");
        }
        assert_eq!(format("sql", Some("+09:00")).read(&json!("1970-01-01 09:00:01")), Some(1_000));
        assert_eq!(format("iso", None).read(&json!("1970-01-01T09:00:00+09:00")), Some(0));
        assert_eq!(format("iso", None).read(&json!("1970-01-01T09:00:00")), None, "no zone is no moment");
        assert_eq!(format("epoch_s", None).read(&json!(i64::MAX)), None);
        assert_eq!(kept_time(1_500), Some("1970-01-01T00:00:01.5Z".to_owned()));
    }

    proptest! {
        #[test]
        fn no_text_fails(text: String, number: i64) {
            for name in ["iso", "sql", "http", "epoch_s", "%d/%m/%Y %H:%M:%S%z"] {
                let format = format(name, Some("-23:59"));
                let _ = (format.read(&json!(text)), format.read_day(&json!(number)), format.render_day(&text));
            }
        }
    }
}
