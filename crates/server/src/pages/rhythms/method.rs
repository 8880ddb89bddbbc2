//! How each kind of pattern is found, and what must not be read into it.

use calendar::Lang;

use crate::pages::words::say;

/// The words of a kind: each in French and English.
pub(super) struct Words {
    method: (&'static str, &'static str),
    caution: (&'static str, &'static str),
}

impl Words {
    pub(super) fn method(&self, lang: Lang) -> String {
        say(lang, self.method.0, self.method.1)
    }

    pub(super) fn caution(&self, lang: Lang) -> String {
        say(lang, self.caution.0, self.caution.1)
    }
}

const PEAK: Words = Words {
    method: (
        "Chaque semaine de classe publiée est comparée à la médiane des six d’avant et des six d’après, à nombre égal de jours de classe ; au plus une sur vingt des semaines ainsi nommées l’est à tort.",
        "Each published class week is compared with the median of the six before and the six after, for its number of class days; at most one in twenty of the weeks so named is named wrongly.",
    ),
    caution: (
        "Le calendrier rend une cause plausible ; il ne la prouve pas.",
        "The calendar makes a cause plausible; it does not prove it.",
    ),
};

const DAY: Words = Words {
    method: (
        "Chaque jour de classe d’au moins cinq appareils est comparé à la médiane des mêmes jours de la semaine autour de lui.",
        "Each class day with at least five devices is compared with the median of the same weekdays around it.",
    ),
    caution: PEAK.caution,
};

const LINK: Words = Words {
    method: (
        "Corrélation de rangs (Spearman) une fois le calendrier ôté ; l’essai compte avec ce que valent des valeurs qui se suivent et se ressemblent, et avec toutes les paires essayées (Benjamini et Yekutieli).",
        "Rank correlation (Spearman) once the calendar is taken out; the test counts with what values in a row that resemble each other are worth, and with all pairs tested (Benjamini and Yekutieli).",
    ),
    caution: (
        "Deux mesures qui vont ensemble ne sont pas pour autant cause et effet : une troisième chose, comme la période de l’année ou la taille de l’école, peut faire bouger les deux.",
        "Two measures that move together need not be cause and effect: a third thing, such as the time of the year or the size of a school, may move both.",
    ),
};

const SEASON: Words = Words {
    method: (
        "Moyenne géométrique des rapports entre chaque semaine de classe et celle de même numéro l’année d’avant, là où les deux ont été publiées.",
        "Geometric mean of the ratios between each class week and the one with the same number the year before, where both were published.",
    ),
    caution: (
        "Ce ne sont plus les mêmes classes ni les mêmes effectifs : un écart n’est ni un progrès ni un recul.",
        "Classes and their sizes are not the same any more: a difference is neither progress nor decline.",
    ),
};

const HOURS: Words = Words {
    method: (
        "Somme des derniers mois du cube des heures, qui compte un événement par personne et par mois ; une heure ou un jour n’est nommé que s’il sort du bruit et du hasard du tirage, toutes comptées (Benjamini et Yekutieli).",
        "Sum of the last months of the cube of hours, which counts one event a person and month; an hour or a day is named only if it stands out of the noise and of chance, all of them counted (Benjamini and Yekutieli).",
    ),
    caution: (
        "Ce sont des parts d’événements tirés au hasard, en heure locale, et non des durées de travail ; le cube ne dit ni rôle ni fonction.",
        "These are shares of events drawn at random, in local time, and not working hours; the cube tells no role and no feature.",
    ),
};

const OWN: Words = Words {
    method: (
        "Vos actes des semaines qui ne sont pas closes, comptés par jour de la semaine.",
        "Your acts in the weeks that have not closed, counted by weekday.",
    ),
    caution: (
        "Personne d’autre ne les voit, et chaque consultation est notée au journal ; ces jours sont effacés à la clôture de leur semaine. Deux semaines ne font pas une habitude.",
        "Nobody else sees them, and every view is in the log; these days are erased when their week closes. Two weeks do not make a habit.",
    ),
};

const BOTTLENECK: Words = Words {
    method: (
        "Temps d’affichage au-delà d’une seconde, multiplié par le nombre d’affichages, sur cinq semaines de tous les appareils.",
        "Display time beyond one second, times the number of displays, over five weeks of all devices.",
    ),
    caution: (
        "Seuls comptent les affichages dont l’appareil a dit la durée ; chaque durée est connue à un dixième près.",
        "Only displays whose time the device told count; each time is known within a tenth.",
    ),
};

const CRASHING: Words = Words {
    method: (
        "Arrêts brutaux rapportés aux affichages de l’écran, avec l’intervalle de Wilson ; nommé au-delà du double de l’ordinaire, et sur trois jours au moins.",
        "Crashes out of the screen’s displays, with Wilson’s interval; named beyond twice what is usual, and on three days at least.",
    ),
    caution: (
        "L’écran affiché n’est pas toujours celui qui est en cause. Les autres erreurs ne disent pas leur écran.",
        "The screen shown is not always the one at fault. Other errors do not tell their screen.",
    ),
};

const STUCK: Words = Words {
    method: (
        "Pas d’un écran à l’autre des derniers mois, un par personne et par mois, avec bruit ; nommé seulement si le bas de l’intervalle, corrigé du nombre de lieux regardés, dépasse l’ordinaire.",
        "Steps from one screen to another over the last months, one a person and month, with noise; named only if the lower end of the interval, corrected for the number of places looked at, is above what is usual.",
    ),
    caution: (
        "On voit des pas, et aucun parcours entier : une personne qui s’arrête a peut-être trouvé ce qu’elle cherchait, et un aller et un retour peuvent être de deux personnes.",
        "Steps are seen, and no whole path: somebody who stops may have found what she came for, and there and back may be two people’s.",
    ),
};

/// The words of a kind.
pub(super) fn of(kind: &str) -> Words {
    match kind {
        "peak" => PEAK,
        "technical_peak" => DAY,
        "link" => LINK,
        "season" => SEASON,
        "hours" => HOURS,
        "own_weekdays" => OWN,
        "bottleneck" => BOTTLENECK,
        "crashing" => CRASHING,
        _ => STUCK,
    }
}
