//! The frame around every page: header, languages, identity, banner of the demonstration, footer.

use calendar::Lang;
use catalogue::Role;
use maud::{DOCTYPE, Markup, html};

use super::words::say;

/// What the frame says of a page.
pub(super) struct Frame<'a> {
    pub(super) lang: Lang,
    /// The language, where the reader chose one: then links keep it.
    pub(super) chosen: Option<Lang>,
    pub(super) title: &'a str,
    /// The path of the page, without its state.
    pub(super) path: &'a str,
    /// The page in the other language.
    pub(super) other_language: String,
    /// Who reads: her role and what to call her.
    pub(super) reader: Option<Reader>,
    /// Whether anything on the page is of a demonstration.
    pub(super) demonstration: bool,
    /// Whether links inside the page only change its main part.
    pub(super) partial: bool,
}

/// The signed-in reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reader {
    pub(super) role: Option<Role>,
    /// "Classe de PS-MS", "École 0750001A".
    pub(super) called: String,
}

impl Frame<'_> {
    /// The whole document around the main part.
    pub(super) fn page(&self, main: &Markup) -> Markup {
        let lang = self.lang;
        let product = lang.pick("e-carnet, statistiques", "e-carnet, statistics");
        html! {
            (DOCTYPE)
            html lang=(lang.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " – " (product) }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href="/assets/app.css";
                    script type="module" src="/assets/app.js" {}
                }
                body {
                    a class="skip" href="#main" { (lang.pick("Aller au contenu", "Skip to content")) }
                    (self.header(product))
                    @if self.demonstration { (self.banner()) }
                    @if self.partial {
                        main class="site-main wrap" id="main" tabindex="-1" hx-boost="true" hx-target="#main" hx-select="#main"
                            hx-select-oob="#languages" hx-swap="outerHTML show:none" { (main) }
                    } @else {
                        main class="site-main wrap" id="main" tabindex="-1" { (main) }
                    }
                    (self.footer())
                }
            }
        }
    }

    fn link(&self, path: &str) -> String {
        match self.chosen {
            Some(lang) => format!("{path}?lang={}", lang.code()),
            None => path.to_owned(),
        }
    }

    fn header(&self, product: &str) -> Markup {
        let lang = self.lang;
        html! {
            header class="site-header" {
                div class="wrap" {
                    a class="product" href=(self.link("/")) { (product) }
                    nav class="site-nav" aria-label=(lang.pick("Vues", "Views")) {
                        ul {
                            @for (path, name) in self.views() {
                                li { a href=(self.link(path)) aria-current=[(path == self.path).then_some("page")] { (name) } }
                            }
                        }
                    }
                    div class="site-tools" {
                        nav class="languages" id="languages" aria-label=(lang.pick("Langue", "Language")) {
                            @for (one, code, name) in [(Lang::Fr, "FR", "FR, français"), (Lang::En, "EN", "EN, English")] {
                                @if one == lang {
                                    span aria-current="true" lang=(one.code()) { (code) }
                                } @else {
                                    a href=(self.other_language) lang=(one.code()) hreflang=(one.code()) aria-label=(name) { (code) }
                                }
                                " "
                            }
                        }
                        @if let Some(reader) = &self.reader {
                            div class="identity" {
                                span { (reader.called) }
                                form method="post" action="/sign-out" {
                                    button class="button link" type="submit" { (lang.pick("Se déconnecter", "Sign out")) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn views(&self) -> Vec<(&'static str, &'static str)> {
        let lang = self.lang;
        let own = match self.reader.as_ref().and_then(|reader| reader.role) {
            Some(Role::Teacher) => ("/ma-classe", lang.pick("Ma classe", "My class")),
            Some(Role::SchoolHead) => ("/mon-ecole", lang.pick("Mon école", "My school")),
            Some(Role::Editor) => ("/mon-ecole", lang.pick("Santé technique", "Technical health")),
            _ => ("/", lang.pick("Accueil", "Home")),
        };
        vec![own, ("/transparence", lang.pick("Transparence", "Transparency"))]
    }

    fn banner(&self) -> Markup {
        let lang = self.lang;
        html! {
            aside class="banner" aria-label=(lang.pick("Démonstration", "Demonstration")) {
                div class="wrap" {
                    p {
                        strong { (lang.pick("Démonstration.", "Demonstration.")) } " "
                        (say(lang,
                            "Écoles, classes, familles et élèves sont inventés ; les décisions du comité d’éthique aussi.",
                            "Schools, classes, families and pupils are invented; so are the ethics committee’s decisions."))
                    }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        let lang = self.lang;
        let keys: [(&[&str], &str); 6] = [
            (&["←", "→"], lang.pick("période précédente, suivante", "previous, next period")),
            (
                &["W", "M", "P", "Y"],
                lang.pick("semaine, mois, période scolaire, année", "week, month, school period, year"),
            ),
            (&["X"], lang.pick("comparaison", "comparison")),
            (&["T"], lang.pick("tableau du graphique", "table of the chart")),
            (&["?"], lang.pick("cette aide", "this help")),
            (&[lang.pick("Échap", "Esc")], lang.pick("retour", "back")),
        ];
        html! {
            footer class="site-footer" {
                div class="wrap" {
                    p {
                        (say(lang, "Aucun nom n’est connu de ce service.", "This service knows no name.")) " "
                        a href=(self.link("/transparence")) {
                            (say(lang, "Ce qui est recueilli, pourquoi, combien de temps", "What is collected, why, for how long"))
                        }
                        " · " a href=(self.link("/mes-droits")) { (lang.pick("Mes droits", "My rights")) }
                        " · "
                        a href=(self.link("/vie-privee")) { (say(lang, "Votre vie privée, en une page", "Your privacy, in one page")) }
                    }
                    @if self.partial {
                        details class="help" data-key="?" {
                            summary { (lang.pick("Raccourcis clavier", "Keyboard shortcuts")) }
                            dl {
                                @for (names, words) in keys {
                                    dt { @for name in names { kbd { (name) } " " } }
                                    dd { (words) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
