//! The parts of the record that are the same whatever the dictionary says: who decides, what the controller fills in, what
//! the software keeps for itself, how it is secured.

use super::{ProcessingActivity, RecordedData, ToFillIn};
use crate::{Lang, LegalBasis};

/// The mark of an answer that only the controller has.
fn blank(lang: Lang) -> String {
    lang.pick("**‹ à compléter par l’établissement ›**", "**‹ for the establishment to fill in ›**").to_owned()
}

pub(super) fn to_fill_in(lang: Lang) -> Vec<ToFillIn> {
    [
        (
            "Responsable du traitement (école publique\u{202f}: l’autorité académique\u{202f}; école privée\u{202f}: la direction)\u{202f}: nom, adresse, contact",
            "Controller (public school: the education authority; private school: the head): name, address, contact",
        ),
        (
            "Responsable de la mesure du produit\u{202f}: l’éditeur de l’application\u{202f}: nom, adresse, contact",
            "Controller of the product’s own measurement: the publisher of the application: name, address, contact",
        ),
        ("Délégué à la protection des données\u{202f}: nom, contact", "Data protection officer: name, contact"),
        (
            "Sous-traitants (hébergement, exploitation, courriel) et leur contrat (art. 28)",
            "Processors (hosting, operation, e-mail) and their contract (art. 28)",
        ),
        ("Pays d’hébergement des données et des sauvegardes", "Country where data and backups are hosted"),
        (
            "Bases légales retenues, si elles diffèrent de celles proposées",
            "Legal bases chosen, where they differ from those proposed",
        ),
        (
            "Date de la dernière revue, et par qui",
            "Date of the last review, and by whom",
        ),
    ]
    .into_iter()
    .map(|(fr, en)| ToFillIn { what: lang.pick(fr, en).to_owned(), answer: blank(lang) })
    .collect()
}

/// Who decides: legitimate interest is not open to public authorities for their tasks (article 6(1), last sentence), so
/// it stands for the publisher's own measurement alone.
pub(super) fn controller(basis: LegalBasis, lang: Lang) -> &'static str {
    match basis {
        LegalBasis::PublicTask | LegalBasis::Consent => {
            lang.pick("celui de l’établissement", "the establishment’s controller")
        }
        LegalBasis::LegitimateInterest => lang.pick(
            "l’éditeur de l’application, pour la mesure de son propre produit",
            "the publisher of the application, for the measurement of its own product",
        ),
    }
}

pub(super) fn transfers(lang: Lang) -> &'static str {
    lang.pick(
        "aucun par le logiciel, qui n’envoie rien à personne\u{202f}; pays d’hébergement\u{202f}: voir plus haut",
        "none by the software, which sends nothing to anybody; country of hosting: see above",
    )
}

/// A wording in both languages, French first.
type Wording = (&'static str, &'static str);

fn all_of(lang: Lang, wordings: &[Wording]) -> Vec<String> {
    wordings.iter().map(|(fr, en)| lang.pick(fr, en).to_owned()).collect()
}

fn data(lang: Lang, title: Wording, holds: &[Wording]) -> RecordedData {
    RecordedData {
        title: lang.pick(title.0, title.1).to_owned(),
        event: None,
        holds: all_of(lang, holds),
        opt_in: false,
    }
}

/// What the software keeps beside events: declared numbers, objections and requests, and who did what.
pub(super) fn activities(lang: Lang) -> [ProcessingActivity; 3] {
    [rosters(lang), rights(lang), traces_of_access(lang)]
}

fn activity(lang: Lang, purpose: Wording, basis: Wording) -> ProcessingActivity {
    ProcessingActivity {
        purpose: lang.pick(purpose.0, purpose.1).to_owned(),
        controller: controller(LegalBasis::PublicTask, lang).to_owned(),
        legal_basis: lang.pick(basis.0, basis.1).to_owned(),
        persons: Vec::new(),
        data: Vec::new(),
        kept_as: Vec::new(),
        retention: Vec::new(),
        recipients: Vec::new(),
        decisions: Vec::new(),
        transfers: transfers(lang).to_owned(),
    }
}

fn rosters(lang: Lang) -> ProcessingActivity {
    const HOLDS: [Wording; 2] = [
        ("classes et niveaux", "classes and levels"),
        ("pseudonymes des enseignants, élèves et familles", "pseudonyms of teachers, pupils and families"),
    ];
    ProcessingActivity {
        persons: all_of(lang, &[("enseignants", "teachers"), ("élèves", "pupils"), ("familles", "families")]),
        data: vec![data(lang, ("Effectifs déclarés", "Declared numbers"), &HOLDS)],
        kept_as: all_of(lang, &[("listes de pseudonymes, par classe", "lists of pseudonyms, by class")]),
        retention: all_of(
            lang,
            &[("tant que vit la clé de l’année scolaire", "as long as the key of the school year lives")],
        ),
        recipients: all_of(
            lang,
            &[(
                "aucun\u{202f}: seuls les effectifs paraissent dans les taux",
                "none: only the numbers appear, in rates",
            )],
        ),
        ..activity(
            lang,
            (
                "Connaître les effectifs auxquels les taux se rapportent.",
                "Knowing the numbers that rates are divided by.",
            ),
            ("mission d’intérêt public (RGPD, art. 6.1.e)", "public-interest task (GDPR, art. 6(1)(e))"),
        )
    }
}

fn rights(lang: Lang) -> ProcessingActivity {
    const OBJECTIONS: [Wording; 2] =
        [("empreinte à clé de la personne", "keyed digest of the person"), ("date", "date")];
    const REQUESTS: [Wording; 3] = [
        ("droit exercé", "right exercised"),
        ("dates de réception, d’échéance et de réponse", "dates of receipt, deadline and answer"),
        ("pseudonymes concernés, effacés avec eux", "pseudonyms concerned, erased with them"),
    ];
    const ERASURES: [Wording; 1] =
        [("empreinte à clé, rejouée à chaque restauration", "keyed digest, replayed by every restore")];
    ProcessingActivity {
        persons: all_of(lang, &[("toute personne qui s’oppose ou demande", "anybody who objects or asks")]),
        data: vec![
            data(lang, ("Oppositions", "Objections"), &OBJECTIONS),
            data(lang, ("Demandes", "Requests"), &REQUESTS),
            data(lang, ("Effacements", "Erasures"), &ERASURES),
        ],
        kept_as: all_of(lang, &[("empreintes à clé et dates", "keyed digests and dates")]),
        retention: all_of(
            lang,
            &[
                ("oppositions\u{202f}: jusqu’à leur retrait", "objections: until they are withdrawn"),
                (
                    "pseudonymes d’une demande\u{202f}: tant que vit la clé de leur année",
                    "pseudonyms of a request: as long as the key of their year lives",
                ),
                (
                    "effacements\u{202f}: tant qu’une sauvegarde d’avant peut exister",
                    "erasures: as long as a backup from before may exist",
                ),
            ],
        ),
        recipients: all_of(
            lang,
            &[
                ("le délégué à la protection des données", "the data protection officer"),
                ("le public, pour le nombre d’oppositions", "the public, for the number of objections"),
            ],
        ),
        ..activity(
            lang,
            (
                "Respecter les oppositions et répondre aux demandes d’accès, de rectification, de limitation et d’effacement.",
                "Respecting objections and answering requests for access, rectification, restriction and erasure.",
            ),
            ("obligation légale (RGPD, art. 6.1.c)", "legal obligation (GDPR, art. 6(1)(c))"),
        )
    }
}

fn traces_of_access(lang: Lang) -> ProcessingActivity {
    const SESSIONS: [Wording; 4] =
        [("rôle", "role"), ("établissement", "establishment"), ("pseudonyme", "pseudonym"), ("échéance", "expiry")];
    const LOG: [Wording; 3] = [
        (
            "rôle et pseudonyme, effaçables sans rompre la preuve",
            "role and pseudonym, erasable without breaking the proof",
        ),
        ("acte ou consultation", "act or view"),
        ("moment", "moment"),
    ];
    ProcessingActivity {
        persons: all_of(lang, &[("personnes qui se connectent", "people who sign in")]),
        data: vec![
            data(lang, ("Connexions", "Sessions"), &SESSIONS),
            data(lang, ("Journal d’audit", "Audit log"), &LOG),
        ],
        kept_as: all_of(lang, &[("lignes de la base de données", "rows of the database")]),
        retention: all_of(
            lang,
            &[
                ("connexions\u{202f}: jusqu’à leur échéance", "sessions: until they expire"),
                (
                    "noms du journal\u{202f}: 13 mois\u{202f}; actes\u{202f}: pour de bon",
                    "names in the log: 13 months; acts: for good",
                ),
            ],
        ),
        recipients: all_of(
            lang,
            &[
                ("le délégué à la protection des données", "the data protection officer"),
                ("la personne elle-même", "the person herself"),
            ],
        ),
        ..activity(
            lang,
            (
                "Protéger l’accès et prouver ce qui a été fait et vu.",
                "Protecting access and proving what was done and seen.",
            ),
            ("obligation légale (RGPD, art. 6.1.c et 32)", "legal obligation (GDPR, art. 6(1)(c) and 32)"),
        )
    }
}

pub(super) fn security(lang: Lang) -> Vec<String> {
    [
        (
            "Les identifiants deviennent des pseudonymes avant toute écriture (HMAC-SHA-256, une clé par établissement, rôle et année scolaire). Ils restent des données personnelles.",
            "Identifiers become pseudonyms before anything is written (HMAC-SHA-256, one key per establishment, role and school year). They remain personal data.",
        ),
        (
            "Les clés sont dans un fichier à part, lisible de son seul propriétaire, hors des sauvegardes\u{202f}; celle d’une année est détruite avec sa dernière ligne.",
            "Keys lie in a file apart, readable by its owner alone, outside backups; that of a year is destroyed with its last row.",
        ),
        (
            "Aucun texte libre, nom, lieu, image ni adresse n’a de place où être gardé\u{202f}: tout mot vient d’une liste fermée.",
            "No free text, name, place, picture or address has a place to be kept: every word comes from a closed list.",
        ),
        (
            "Il n’y a pas de journal d’événements\u{202f}: en quelques minutes, ils deviennent des totaux, toujours moins fins avec l’âge.",
            "There is no log of events: within minutes they become totals, ever coarser with age.",
        ),
        (
            "Hors de sa propre classe, une personne ne lit que des chiffres fixés à la clôture\u{202f}: au moins cinq personnes, encore cinq sans une classe quelconque, nul au-dessus de la moitié.",
            "Beyond her own class a person reads only figures fixed at closing: at least five people, still five without any one class, nobody above half.",
        ),
        (
            "Hors de l’établissement, seuls sortent des comptages mensuels par circonscription ou plus large, avec un bruit tiré une fois et un budget tenu d’avance.",
            "Beyond the establishment only monthly counts by district or wider leave, with noise drawn once and a budget debited beforehand.",
        ),
        (
            "Chaque consultation d’une classe est inscrite à un journal d’audit où toute modification se voit.",
            "Every view of a class is written to an audit log in which any change shows.",
        ),
        (
            "Qui s’oppose n’est plus compté dès l’envoi suivant, d’une année sur l’autre.",
            "Whoever objects is no longer counted from the next batch on, from one year to the next.",
        ),
    ]
    .into_iter()
    .map(|(fr, en)| lang.pick(fr, en).to_owned())
    .collect()
}
