//! Calendar days, in UTC: as much of them as ages and dates of birth need.

use crate::time::Timestamp;

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    year: i64,
    month: u32,
    day: u32,
}

impl Day {
    /// Reads `YYYY-MM-DD`; nothing for a day that does not exist.
    #[must_use]
    pub fn parse(text: &str) -> Option<Day> {
        let mut parts = text.split('-');
        let mut number = |length: usize| {
            let part = parts.next()?;
            let plain = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u32>().ok().filter(|_| plain)
        };
        let (year, month, day) = (i64::from(number(4)?), number(2)?, number(2)?);
        let exists = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
        (parts.next().is_none() && exists).then_some(Day { year, month, day })
    }

    /// The day of a moment, in UTC.
    #[must_use]
    pub fn of(at: Timestamp) -> Day {
        // Days are counted from 0000-03-01, so that leap days come last in their year; 400 years are 146097 days.
        let days = at.0.div_euclid(86_400_000) + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + i64::from(month <= 2);
        let small = |number: i64| u32::try_from(number).unwrap_or(1);
        Day { year, month: small(month), day: small(day) }
    }

    /// How many whole years lie between this day and a later one; negative before it. Who was born on a 29 February
    /// is a year older on 1 March where there is none.
    #[must_use]
    pub fn years_until(self, later: Day) -> i64 {
        let before = (later.month, later.day) < (self.month, self.day);
        later.year - self.year - i64::from(before)
    }
}

fn days_in(year: i64, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn only_days_that_exist_are_read() {
        for text in ["1970-01-01", "2000-02-29", "2024-02-29", "9999-12-31"] {
            assert!(Day::parse(text).is_some(), "{text}");
        }
        for text in [
            "",
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-1-01",
            "24-01-01",
            "2024-01-01-",
            "2024-01-01T",
            "+024-01-01",
            "2024-04-31",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_has_its_day() {
        for (milliseconds, text) in [
            (0, "1970-01-01"),
            (86_399_999, "1970-01-01"),
            (86_400_000, "1970-01-02"),
            (951_782_400_000, "2000-02-29"),
            (1_767_225_600_007, "2026-01-01"),
        ] {
            assert_eq!(Day::of(Timestamp(milliseconds)), day(text));
        }
        assert!(Day::of(Timestamp(-1)) < day("1970-01-01"));
        let _ = (Day::of(Timestamp::MAX), Day::of(Timestamp(i64::MIN)));
    }

    #[test]
    fn years_are_whole() {
        let years = |from: &str, to: &str| day(from).years_until(day(to));
        assert_eq!(years("2012-11-20", "2026-11-19"), 13);
        assert_eq!(years("2012-11-20", "2026-11-20"), 14);
        assert_eq!(years("2012-02-29", "2026-02-28"), 13);
        assert_eq!(years("2012-02-29", "2026-03-01"), 14);
        assert_eq!(years("2027-01-01", "2026-12-31"), -1);
    }
}
