//! An address of e-mail, with or without a name, as operators write it. Nothing that could end a line or begin a command
//! gets through, so that no setting writes headers or speaks to the server.

/// A name and an address.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    name: String,
    address: String,
}

impl Mailbox {
    /// Reads `ADDRESS` or `NAME <ADDRESS>`. `None` where it is none: of addresses those are known that mail is sent to
    /// today, of plain letters, digits and signs (RFC 5321, `Dot-string@Domain`).
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
            Some((name, address)) => (name.trim().trim_matches('"').trim(), address),
            None => ("", text),
        };
        let (local, domain) = address.rsplit_once('@')?;
        let is_atom = |letter: u8| letter.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&letter);
        let is_local = local.len() <= 64 && local.split('.').all(|part| !part.is_empty() && part.bytes().all(is_atom));
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-')
        };
        let is_domain = domain.len() <= 255 && domain.split('.').all(is_label);
        let is_name = !name.chars().any(|letter| letter.is_control() || matches!(letter, '<' | '>' | '"'));
        (is_local && is_domain && is_name).then(|| Self { name: name.to_owned(), address: address.to_owned() })
    }

    /// The address alone.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What stands after the at sign.
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The name; empty where there is none.
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_nothing_else_is() {
        let named = Mailbox::read("Statistiques é-carnet <stats+a@academie.example>").unwrap();
        assert_eq!((named.name(), named.address()), ("Statistiques é-carnet", "stats+a@academie.example"));
        assert_eq!(Mailbox::read(" a.b@c ").unwrap().domain(), "c");
        for none in [
            "",
            "technique",
            "@academie.example",
            "a@",
            "a..b@c.example",
            "a@-c.example",
            "a b@c.example",
            "a@c.example>\r\nRCPT TO:<d@e.example",
            "x\r\nBcc: y <a@c.example>",
            "a@c.example, d@e.example",
            "é@c.example",
        ] {
            assert!(Mailbox::read(none).is_none(), "{none:?}");
        }
    }
}
