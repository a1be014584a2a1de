//! What a result says, in words.

use std::collections::BTreeMap;

use serde_sarif::sarif;

use super::super::text::visible;
use super::super::{Occurrence, SourceKind};
use super::Alert;
use super::place::REDACTED;
use super::rule::multiformat;

pub(super) fn message(alert: &Alert) -> sarif::Message {
    let (template, arguments) = Template::of(alert);
    let arguments: Vec<_> = arguments.into_iter().map(|text| unlinked(&visible(&text))).collect();
    sarif::Message::builder()
        .id(template.id())
        .text(template.text(&unlinked(&alert.finding.title), &arguments))
        .arguments(arguments)
        .build()
}

/// Text that viewers do not take for the link `[text](target)`.
pub(super) fn unlinked(text: &str) -> String {
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text.to_owned() }
}

/// What a message says, with places for arguments.
#[derive(Clone, Copy)]
pub(super) enum Template {
    /// In a file that exists.
    Place,
    /// In a commit, and nowhere at HEAD.
    Gone,
    /// In a commit, and still at HEAD.
    Commit,
    /// In the object database, and in no commit that is known.
    Loose,
}

impl Template {
    const ALL: [Template; 4] = [Template::Place, Template::Gone, Template::Commit, Template::Loose];

    fn of(alert: &Alert) -> (Template, Vec<String>) {
        let place = place(alert.primary);
        let at_head = alert.finding.at_head;
        match &alert.primary.commit {
            _ if alert.primary.source != SourceKind::Commit && alert.is_in_tree() => (Template::Place, vec![place]),
            Some(commit) => {
                let date = alert.primary.date.as_deref().map_or("unknown date", day);
                let template = if at_head { Template::Commit } else { Template::Gone };
                (template, vec![place, short(commit).to_owned(), date.to_owned()])
            }
            None if at_head => (Template::Place, vec![place]),
            None => (Template::Loose, vec![place]),
        }
    }

    fn id(self) -> &'static str {
        match self {
            Template::Place => "place",
            Template::Gone => "gone",
            Template::Commit => "commit",
            Template::Loose => "loose",
        }
    }

    fn pattern(self) -> &'static str {
        match self {
            Template::Place => " in '{0}'.",
            Template::Gone => " in '{0}' of commit '{1}' of '{2}', no longer at HEAD: still must be rotated.",
            Template::Commit => " in '{0}' of commit '{1}' of '{2}', still at HEAD.",
            Template::Loose => " in '{0}', no longer at HEAD: still must be rotated.",
        }
    }

    pub(super) fn text(self, title: &str, arguments: &[String]) -> String {
        let mut text = title.to_owned();
        let mut parts = self.pattern().split(['{', '}']);
        // Between braces stands the number of an argument.
        while let Some(plain) = parts.next() {
            text.push_str(plain);
            let argument = parts.next().and_then(|number| arguments.get(number.parse::<usize>().ok()?));
            text.push_str(argument.map_or("", String::as_str));
        }
        text
    }

    /// The message strings of a rule with that title.
    pub(super) fn strings(title: &str) -> BTreeMap<String, sarif::MultiformatMessageString> {
        let title = unlinked(title).replace('{', "{{").replace('}', "}}");
        let string = |template: Template| multiformat(&format!("{title}{}", template.pattern()));
        Self::ALL.into_iter().map(|template| (template.id().to_owned(), string(template))).collect()
    }
}

/// What people call the place.
pub(super) fn place(occurrence: &Occurrence) -> String {
    let path = occurrence.path.as_deref();
    if let (Some(path), Some(_)) = (path, &occurrence.member) {
        return format!("{path}:{}", occurrence.region.start_line);
    }
    let object = occurrence.object.as_deref().map_or("unknown", short);
    match occurrence.source {
        SourceKind::Message => "the message".to_owned(),
        SourceKind::Author => "the author or committer".to_owned(),
        SourceKind::Tag => format!("the tag {object}"),
        SourceKind::Ref => format!("the name of {}", path.unwrap_or("a branch or tag")),
        SourceKind::Path => format!("the file name {}", path.unwrap_or(REDACTED)),
        SourceKind::Object => path.map_or_else(|| format!("the object {object}"), str::to_owned),
        SourceKind::Stdin => path.unwrap_or("standard input").to_owned(),
        SourceKind::Worktree | SourceKind::Staged | SourceKind::Commit | SourceKind::Gitdir => {
            path.unwrap_or("a file without a name").to_owned()
        }
    }
}

pub(super) fn short(object: &str) -> &str {
    object.get(..7).unwrap_or(object)
}

pub(super) fn day(date: &str) -> &str {
    date.get(..10).unwrap_or(date)
}
