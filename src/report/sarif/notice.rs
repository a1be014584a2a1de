//! What a reader of the results has to know about the scan.

use serde_sarif::sarif;

use super::super::Report;
use super::super::text::visible;
use super::message::unlinked;
use super::rule::{multiformat, sentence};

const MOST_NOTICES: usize = 100;

/// A kind of notice about the scan.
pub(super) struct NoticeKind {
    code: &'static str,
    name: &'static str,
    level: &'static str,
    text: &'static str,
    help: &'static str,
}

const NOT_READ: NoticeKind = NoticeKind {
    code: "SNT9001",
    name: "NotRead",
    level: "warning",
    text: "Something that was asked for was not read.",
    help: "Make it readable or exclude it, then scan again.",
};
const REMARK: NoticeKind = NoticeKind {
    code: "SNT9002",
    name: "Remark",
    level: "note",
    text: "Something that a reader of the results should know.",
    help: "Nothing has to be done.",
};
const INCOMPLETE: NoticeKind = NoticeKind {
    code: "SNT9003",
    name: "IncompleteScan",
    level: "warning",
    text: "The scan did not cover all that was asked for.",
    help: "The other notices say what is missing: no result is no proof that there is no secret.",
};
const CANARY_FAILED: NoticeKind = NoticeKind {
    code: "SNT9004",
    name: "CanaryFailed",
    level: "warning",
    text: "A rule did not find its own synthetic secret.",
    help: "Report it as an error of the program.",
};
pub(super) const RESULT_LIMIT: NoticeKind = NoticeKind {
    code: "SNT9005",
    name: "ResultLimit",
    level: "warning",
    text: "There are more results than a run may hold.",
    help: "Write the report as JSON to see them all.",
};
pub(super) const NOTICES: [&NoticeKind; 5] = [&NOT_READ, &REMARK, &INCOMPLETE, &CANARY_FAILED, &RESULT_LIMIT];

impl NoticeKind {
    pub(super) fn descriptor(&self) -> sarif::ReportingDescriptor {
        let help = sarif::MultiformatMessageString::builder().text(self.help).markdown(self.help).build();
        sarif::ReportingDescriptor::builder()
            .id(self.code)
            .name(self.name)
            .short_description(multiformat(self.text))
            .full_description(multiformat(self.text))
            .help(help)
            .help_uri(env!("CARGO_PKG_REPOSITORY"))
            .default_configuration(sarif::ReportingConfiguration::builder().level(self.level).build())
            .build()
    }
}

/// What a reader of the results has to know about the scan.
pub(super) struct Notice {
    kind: &'static NoticeKind,
    text: String,
}

impl Notice {
    pub(super) fn new(kind: &'static NoticeKind, text: String) -> Self {
        Notice { kind, text }
    }
}

pub(super) fn notices(report: &Report) -> Vec<Notice> {
    let coverage = &report.coverage;
    let mut notices = Vec::new();
    if coverage.incomplete {
        notices.push(Notice::new(&INCOMPLETE, INCOMPLETE.text.to_owned()));
    }
    for rule in &coverage.canary.failed {
        notices.push(Notice::new(&CANARY_FAILED, format!("The rule '{rule}' did not find its own synthetic secret.")));
    }
    let skipped = coverage.skipped.iter().map(|skipped| format!("'{}' was not read: {}", skipped.what, skipped.why));
    capped(&NOT_READ, skipped, &mut notices);
    capped(&REMARK, coverage.notes.iter().cloned(), &mut notices);
    notices
}

fn capped(kind: &'static NoticeKind, texts: impl ExactSizeIterator<Item = String>, notices: &mut Vec<Notice>) {
    let more = texts.len().saturating_sub(MOST_NOTICES);
    notices.extend(texts.take(MOST_NOTICES).map(|text| Notice::new(kind, text)));
    if more > 0 {
        notices.push(Notice::new(kind, format!("There are '{more}' more of these.")));
    }
}

/// The invocation. It is successful even where the scan was incomplete, which a notice says: GitHub
/// drops every result of an execution that was not.
pub(super) fn invocation(notices: &[Notice]) -> sarif::Invocation {
    let notifications: Vec<_> = notices.iter().map(notification).collect();
    sarif::Invocation::builder().execution_successful(true).tool_execution_notifications(notifications).build()
}

fn notification(notice: &Notice) -> sarif::Notification {
    let index = NOTICES.iter().position(|kind| kind.code == notice.kind.code).unwrap_or_default() as i64;
    let descriptor = sarif::ReportingDescriptorReference::builder().id(notice.kind.code).index(index).build();
    let text = unlinked(&visible(&sentence(&notice.text)));
    sarif::Notification::builder()
        .descriptor(descriptor)
        .level(notice.kind.level)
        .message(sarif::Message::builder().text(text).build())
        .build()
}
