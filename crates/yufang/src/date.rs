//! Calendar dates of the proleptic Gregorian calendar, as days; never a clock.

use std::fmt;

use jiff::{Span, civil};

/// A date as days since 1970-01-01, from 0001-01-01 to 9999-12-31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i32);

/// A unit of calendar time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// 天 / 日 / days.
    Day,
    /// 个月 / 月 / months.
    Month,
    /// 年 / years.
    Year,
}

impl Date {
    /// 0001-01-01.
    pub const MIN: Date = Date(-719_162);
    /// 9999-12-31.
    pub const MAX: Date = Date(2_932_896);

    /// The date `year-month-day`; `None` where the calendar has no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Date> {
        let date = civil::Date::new(year, month, day).ok().filter(|_| year >= 1)?;
        Some(Date::from_civil(date))
    }

    /// From days since 1970-01-01; `None` outside the years 1 to 9999.
    pub fn from_days(days: i32) -> Option<Date> {
        (Date::MIN.0..=Date::MAX.0).contains(&days).then_some(Date(days))
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.0
    }

    /// Reads `YYYY-MM-DD` and nothing else.
    pub fn parse(text: &str) -> Option<Date> {
        let bytes = text.as_bytes();
        let shape = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
        let digits = bytes.iter().enumerate().all(|(at, byte)| at == 4 || at == 7 || byte.is_ascii_digit());
        if !shape || !digits {
            return None;
        }
        Date::new(text[0..4].parse().ok()?, text[5..7].parse().ok()?, text[8..10].parse().ok()?)
    }

    /// Moves by whole units; months and years clamp to the month's last day, and the result to
    /// the calendar's bounds.
    pub fn plus(self, count: i32, unit: TimeUnit) -> Date {
        let span = match unit {
            TimeUnit::Day => {
                let days = self.0.saturating_add(count);
                return Date(days.clamp(Date::MIN.0, Date::MAX.0));
            }
            TimeUnit::Month => Span::new().try_months(count),
            TimeUnit::Year => Span::new().try_years(count),
        };
        let limit = if count < 0 { Date::MIN } else { Date::MAX };
        let moved = span.ok().and_then(|span| self.civil().checked_add(span).ok());
        moved.map_or(limit, Date::from_civil).clamp(Date::MIN, Date::MAX)
    }

    fn civil(self) -> civil::Date {
        let epoch = civil::date(1970, 1, 1);
        // INVARIANT: a Date is within the years 1 to 9999, which civil dates cover.
        epoch.saturating_add(Span::new().days(self.0))
    }

    fn from_civil(date: civil::Date) -> Date {
        let epoch = civil::date(1970, 1, 1);
        Date(date.duration_since(epoch).as_hours() as i32 / 24)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.civil();
        write!(out, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_the_years_1_and_9999() {
        assert_eq!(Date::new(1, 1, 1), Some(Date::MIN));
        assert_eq!(Date::new(9999, 12, 31), Some(Date::MAX));
        assert_eq!(Date::new(0, 12, 31), None);
        assert_eq!(Date::MIN.plus(-1, TimeUnit::Day), Date::MIN);
        assert_eq!(Date::MAX.plus(2, TimeUnit::Year), Date::MAX);
    }

    #[test]
    fn months_clamp_to_the_last_day() {
        let leap = Date::parse("2024-02-29").expect("a date");
        assert_eq!(leap.plus(-1, TimeUnit::Year).to_string(), "2023-02-28");
        let march = Date::parse("2023-03-31").expect("a date");
        assert_eq!(march.plus(-1, TimeUnit::Month).to_string(), "2023-02-28");
        assert_eq!(march.plus(1, TimeUnit::Day).to_string(), "2023-04-01");
    }

    #[test]
    fn reads_iso_only() {
        for text in ["2023-2-3", "2023/02/03", "2023-02-30", "+023-02-03", "20230203"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
