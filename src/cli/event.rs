//! `--range auto`: what a CI service says is new.
//!
//! Sources: <https://docs.github.com/actions/reference/events-that-trigger-workflows>, the payloads of
//! <https://docs.github.com/webhooks/webhook-events-and-payloads>, and
//! <https://docs.gitlab.com/ci/variables/predefined_variables/>.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use git2::{Oid, Repository};
use serde_json::Value;
use snout::Target;

/// What an event adds.
#[derive(Debug, PartialEq, Eq)]
enum News {
    /// What one commit adds to another.
    Range { from: Oid, to: Oid },
    /// What one commit adds to whatever these revisions and globs of refs hold.
    Beyond { known: Vec<String>, to: Oid },
    /// Nothing is new alone: everything is to be read.
    Everything,
    /// A ref went away.
    Nothing,
}

/// The target that the environment of a CI job asks for.
///
/// # Errors
/// The environment is of no service that is known, its event cannot be read, or the checkout lacks what the event names.
pub(super) fn target(path: PathBuf, env: &dyn Fn(&str) -> Option<String>) -> Result<Target> {
    let checkout = Checkout::open(&path)?;
    let news = if let Some(event) = env("GITHUB_EVENT_NAME") {
        github(&checkout, &event, env)?
    } else if env("GITLAB_CI").is_some() {
        gitlab(&checkout, env)?
    } else {
        bail!(
            "cannot tell what is new: no event of GitHub Actions or GitLab CI is in the environment; give a range, as \
             --range origin/main..HEAD"
        );
    };
    Ok(match news {
        News::Range { from, to } => Target::Range { path, from: Some(from.to_string()), to: to.to_string() },
        // A range is judged by the settings of where it begins.
        News::Beyond { known, to } if known.len() == 1 && checkout.0.revparse_single(&known[0]).is_ok() => {
            Target::Range { path, from: known.into_iter().next(), to: to.to_string() }
        }
        News::Beyond { known, to } => Target::New { path, tips: vec![to.to_string()], known },
        News::Everything => Target::Path { path, worktree: true, history: true },
        News::Nothing => Target::New { path, tips: Vec::new(), known: Vec::new() },
    })
}

/// A repository as a CI service checked it out.
struct Checkout(Repository);

impl Checkout {
    fn open(path: &Path) -> Result<Self> {
        let repo = Repository::discover(path)
            .with_context(|| format!("cannot tell what is new in '{}': it is in no git repository", path.display()))?;
        Ok(Checkout(repo))
    }

    fn head(&self) -> Result<Oid> {
        let head = self.0.head().and_then(|head| head.peel_to_commit());
        Ok(head.context("cannot tell what is new: the checkout has no commit")?.id())
    }

    /// The commit of that id, if it is here.
    fn commit(&self, id: &str) -> Option<Oid> {
        let oid = Oid::from_str(id).ok().filter(|oid| !oid.is_zero())?;
        self.0.find_commit(oid).ok().map(|commit| commit.id())
    }

    fn holds(&self, later: Oid, earlier: Oid) -> bool {
        later == earlier || self.0.graph_descendant_of(later, earlier).unwrap_or(false)
    }

    fn parents(&self, oid: Oid) -> Vec<Oid> {
        self.0.find_commit(oid).map(|commit| commit.parent_ids().collect()).unwrap_or_default()
    }

    /// What `to` adds to `from`. Where they are one commit, what it adds to its parents.
    fn range(&self, from: Oid, to: Oid) -> News {
        if from != to {
            return News::Range { from, to };
        }
        News::Beyond { known: self.parents(to).iter().map(Oid::to_string).collect(), to }
    }

    /// What `to` adds to the default branch. Where that branch is not here, its name is known all the same: then all that
    /// `to` holds is new, and nothing of it was merged.
    fn beyond(&self, default: Option<&str>, to: Oid) -> News {
        let Some(default) = default else { return News::Everything };
        let names = [format!("refs/remotes/origin/{default}"), format!("refs/heads/{default}")];
        let here = names.iter().find(|name| self.0.find_reference(name).is_ok());
        News::Beyond { known: vec![here.unwrap_or(&names[0]).clone()], to }
    }
}

fn github(checkout: &Checkout, event: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<News> {
    let file = env("GITHUB_EVENT_PATH").context("cannot tell what is new: GITHUB_EVENT_PATH is not set")?;
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read GITHUB_EVENT_PATH '{file}'"))?;
    let payload: Value =
        serde_json::from_str(&text).with_context(|| format!("cannot read the event in '{file}' as JSON"))?;
    let at = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    match event {
        "pull_request" | "pull_request_target" | "pull_request_review" => {
            pull_request(checkout, at("/pull_request/base/sha"), at("/pull_request/head/sha"))
        }
        "merge_group" => between(checkout, at("/merge_group/base_sha"), at("/merge_group/head_sha")),
        "push" => {
            if payload.pointer("/deleted") == Some(&Value::Bool(true)) {
                return Ok(News::Nothing);
            }
            let pushed = Push {
                name: at("/ref").unwrap_or_default(),
                before: at("/before"),
                after: at("/after"),
                default: at("/repository/default_branch"),
            };
            pushed.news(checkout)
        }
        _ => Ok(News::Everything),
    }
}

fn gitlab(checkout: &Checkout, env: &dyn Fn(&str) -> Option<String>) -> Result<News> {
    let source = env("CI_PIPELINE_SOURCE").unwrap_or_default();
    if let ("merge_request_event", Some(base)) = (source.as_str(), env("CI_MERGE_REQUEST_DIFF_BASE_SHA")) {
        return between(checkout, Some(&base), None);
    }
    if source != "push" {
        return Ok(News::Everything);
    }
    let (before, after, default) = (env("CI_COMMIT_BEFORE_SHA"), env("CI_COMMIT_SHA"), env("CI_DEFAULT_BRANCH"));
    let name = match (env("CI_COMMIT_TAG"), env("CI_COMMIT_BRANCH")) {
        (Some(tag), _) => format!("refs/tags/{tag}"),
        (None, branch) => format!("refs/heads/{}", branch.unwrap_or_default()),
    };
    Push { name: &name, before: before.as_deref(), after: after.as_deref(), default: default.as_deref() }.news(checkout)
}

/// A ref that moved.
struct Push<'a> {
    name: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
    default: Option<&'a str>,
}

impl Push<'_> {
    fn news(&self, checkout: &Checkout) -> Result<News> {
        if self.name.starts_with("refs/tags/") {
            return Ok(News::Everything);
        }
        let to = match self.after.and_then(|id| checkout.commit(id)) {
            Some(after) => after,
            None => checkout.head()?,
        };
        if let Some(before) = self.before.and_then(|id| checkout.commit(id)) {
            return Ok(checkout.range(before, to));
        }
        // A new branch, or one that was forced away from a commit that nobody has any more.
        let is_default = self.default.is_some_and(|default| self.name == format!("refs/heads/{default}"));
        Ok(if is_default { News::Everything } else { checkout.beyond(self.default, to) })
    }
}

fn between(checkout: &Checkout, base: Option<&str>, head: Option<&str>) -> Result<News> {
    let base = base.context("cannot tell what is new: the event names no base commit")?;
    let from = checkout.commit(base).with_context(|| missing("base", base))?;
    let to = match head {
        Some(head) => checkout.commit(head).with_context(|| missing("head", head))?,
        None => checkout.head()?,
    };
    Ok(checkout.range(from, to))
}

/// The checkout is the merge of the pull request, unless the workflow checked out its head.
fn pull_request(checkout: &Checkout, base: Option<&str>, head: Option<&str>) -> Result<News> {
    let (base, head) = base.zip(head).context("cannot tell what is new: the event names no base and head commit")?;
    let at = checkout.head()?;
    if let [first, second] = checkout.parents(at)[..]
        && second.to_string() == head
    {
        let first_is_here = checkout.commit(&first.to_string()).is_some();
        return if first_is_here { Ok(checkout.range(first, at)) } else { bail!(missing("base", &first.to_string())) };
    }
    let tip = checkout.commit(head).with_context(|| missing("head", head))?;
    let from = checkout.commit(base).with_context(|| missing("base", base))?;
    // A checkout of the base, as pull_request_target makes it, holds nothing of the pull request.
    Ok(checkout.range(from, if checkout.holds(at, tip) { at } else { tip }))
}

fn missing(end: &str, id: &str) -> String {
    format!("cannot tell what is new: the {end} commit {id} is not in the checkout; check out with 'fetch-depth: 0'")
}
