//! One request for a page: its language, its state and who reads.

use analytics::range::{NoRange, Range};
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use calendar::{IsoWeek, Lang, Period, Zone};
use jiff::civil::Date;
use maud::Markup;
use store::Session;

use super::address::Address;
use crate::access;
use crate::app::{App, date_of};
use crate::problem::Problem;
use crate::views::ViewState;

/// What is known of a request before its page is made.
pub(super) struct Visit {
    pub(super) lang: Lang,
    /// The language, where the address names one.
    pub(super) chosen: Option<Lang>,
    pub(super) state: ViewState,
    pub(super) session: Option<Session>,
    pub(super) today: Date,
}

impl Visit {
    /// Reads a request.
    pub(super) async fn of(app: &App, uri: &Uri, headers: &HeaderMap) -> Result<Self, Problem> {
        // An address that cannot be read asks for nothing in particular.
        let state = Query::<ViewState>::try_from_uri(uri).map(|query| query.0).unwrap_or_default();
        let (lang, chosen) = language(&state, headers);
        let session = access::session(app, headers).await?;
        Ok(Self { lang, chosen, state, session, today: date_of(app.clock.now()) })
    }

    /// The address of a view, without its range.
    pub(super) fn address(&self, path: &'static str) -> Address {
        Address::new(path, self.state.compares(), self.chosen)
    }

    /// The other of the two languages.
    pub(super) const fn other(&self) -> Lang {
        match self.lang {
            Lang::Fr => Lang::En,
            Lang::En => Lang::Fr,
        }
    }

    /// To the front page, where one signs in.
    pub(super) fn sign_in(&self) -> Response {
        let address = self.address("/").comparing(true);
        Redirect::to(&address.href()).into_response()
    }

    /// The range that the address asks for. A day is shown as its week: no figure of people is finer.
    pub(super) fn range(&mut self, app: &App, zone: Zone) -> Result<Range, NoRange> {
        let range = self.state.range(app, zone)?;
        if let Some(Period::Day(day)) = range.period {
            let week = IsoWeek::of(day);
            self.state.p = Some(week.to_string());
            return Ok(Range::of_period(Period::Week(week)));
        }
        Ok(range)
    }
}

/// The language of a request, and the one its address names.
fn language(state: &ViewState, headers: &HeaderMap) -> (Lang, Option<Lang>) {
    let chosen = state.lang.as_deref().and_then(Lang::from_code);
    let accepted = || headers.get(header::ACCEPT_LANGUAGE).and_then(|value| preferred(value.to_str().ok()?));
    (chosen.or_else(accepted).unwrap_or_default(), chosen)
}

/// The language of a request that has no state.
pub(super) fn language_of(uri: &Uri, headers: &HeaderMap) -> (Lang, Option<Lang>) {
    let state = Query::<ViewState>::try_from_uri(uri).map(|query| query.0).unwrap_or_default();
    language(&state, headers)
}

/// The first of our languages in the order that an `Accept-Language` header asks for.
fn preferred(header: &str) -> Option<Lang> {
    let mut wishes: Vec<(f32, Lang)> = header
        .split(',')
        .filter_map(|wish| {
            let (tag, weight) = wish.split_once(';').unwrap_or((wish, ""));
            let lang = Lang::from_code(tag.trim().split('-').next()?.to_ascii_lowercase().as_str())?;
            let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
            (weight > 0.0).then_some((weight, lang))
        })
        .collect();
    // A stable sort: of equal wishes the first stands.
    wishes.sort_by(|a, b| b.0.total_cmp(&a.0));
    wishes.first().map(|(_, lang)| *lang)
}

/// A page as an answer.
pub(super) fn html(status: StatusCode, page: &Markup) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::VARY, "Accept-Language, Cookie")];
    (status, kind, page.0.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_most_wished_for_is_taken() {
        let cases = [
            ("fr-FR,fr;q=0.9,en;q=0.8", Some(Lang::Fr)),
            ("de,en-GB;q=0.7,fr;q=0.3", Some(Lang::En)),
            ("fr;q=0,en;q=0.1", Some(Lang::En)),
            ("de", None),
            ("", None),
        ];
        for (header, lang) in cases {
            assert_eq!(preferred(header), lang, "{header}");
        }
    }
}
