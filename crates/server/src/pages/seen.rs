//! Whether somebody has seen an alert: since when, or the button to say so.

use analytics::watch::Alert;
use calendar::{Lang, long_date};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use store::KeptAlert;

use super::words::{day_of_year, say};

/// What the register keeps of an alert, in words; nothing where it keeps nothing.
pub(super) fn of(lang: Lang, chosen: Option<Lang>, kept: &[KeptAlert], alert: &Alert) -> Markup {
    html! { @if let Some(kept) = known(kept, alert) { (or_not(lang, chosen, kept)) } }
}

fn known<'a>(kept: &'a [KeptAlert], alert: &Alert) -> Option<&'a KeptAlert> {
    let day = alert.last_day()?;
    kept.iter().find(|one| {
        let seen = &one.seen;
        seen.rule == alert.rule.slug()
            && (&seen.measure, seen.direction.as_str()) == (&alert.measure, alert.direction)
            && (&seen.part, &seen.version, &seen.screen) == (&alert.part, &alert.version, &alert.screen)
            && (seen.first_day..=seen.last_day).contains(&day)
    })
}

/// Since when it is acknowledged; or the button to do so.
pub(super) fn or_not(lang: Lang, chosen: Option<Lang>, kept: &KeptAlert) -> Markup {
    if let Some((at, role)) = &kept.acknowledged {
        let paris = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
        let day = day_of_year(lang, paris.to_datetime(*at).date());
        let by = match role.as_str() {
            "school_head" => lang.pick(" par la direction", " by the head"),
            // In a session, and on the command line.
            "editor" | "operator" => lang.pick(" par l’exploitant", " by the operator"),
            _ => "",
        };
        return html! { " " span class="note" { (say(lang, &format!("Vu le {day}{by} : plus rien n’en est envoyé."), &format!("Seen on {day}{by}: nothing more is sent about it."))) } };
    }
    let action = match chosen {
        Some(lang) => format!("/mon-ecole/alertes?lang={}", lang.code()),
        None => "/mon-ecole/alertes".to_owned(),
    };
    html! {
        form method="post" action=(action) {
            input type="hidden" name="alert" value=(kept.id);
            p { button class="button quiet" type="submit" aria-label=(format!("{} ({})", lang.pick("Marquer comme vu", "Mark as seen"), long_date(kept.seen.last_day, lang))) {
                (lang.pick("Marquer comme vu", "Mark as seen"))
            } }
        }
    }
}
