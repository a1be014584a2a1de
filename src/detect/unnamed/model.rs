//! Gradient-boosted trees over the features of a candidate, trained by `training/train.py`.

use std::sync::OnceLock;

use super::features;

static TEXT: &str = include_str!("model.txt");

/// Trees whose leaves sum up to the log-odds of a candidate to be a secret.
pub(super) struct Model {
    nodes: Vec<Node>,
    roots: Vec<u16>,
    /// For each tree the most that it and those behind it can still add.
    rest: Vec<f32>,
    bias: f32,
    /// Log-odds from which a candidate is reported, and from which it is held for likely.
    pub(super) floors: [f32; 2],
}

/// A split, or a leaf: `feature` is `LEAF` and `at` its value.
#[derive(Clone, Copy)]
struct Node {
    feature: u8,
    at: f32,
    /// What the leaves behind it come to on the average.
    mean: f32,
    /// Where values up to `at` go, and those above.
    next: [u16; 2],
}

const LEAF: u8 = u8::MAX;

impl Model {
    /// The embedded model.
    pub(super) fn embedded() -> &'static Model {
        static MODEL: OnceLock<Model> = OnceLock::new();
        MODEL.get_or_init(|| Model::parse(TEXT).expect("the tests read the embedded model"))
    }

    /// Reads a model: a line `bias B floors F1 F2`, a line naming the features, and a line for each tree with its nodes in
    /// order, a split as `feature<=value@mean` followed by both of its sides, where `mean` is what its leaves come to on the
    /// average, a leaf as `=value`.
    fn parse(text: &str) -> Option<Model> {
        let mut lines = text.lines();
        let head: Vec<&str> = lines.next()?.split(' ').collect();
        let ["bias", bias, "floors", low, high] = head[..] else { return None };
        if !lines.next()?.split(' ').eq(features::NAMES.iter().copied()) {
            return None;
        }
        let mut model = Model {
            nodes: Vec::new(),
            roots: Vec::new(),
            rest: Vec::new(),
            bias: bias.parse().ok()?,
            floors: [low.parse().ok()?, high.parse().ok()?],
        };
        let mut most = Vec::new();
        for line in lines {
            model.roots.push(model.nodes.len() as u16);
            let first = model.nodes.len();
            model.tree(&mut line.split(' '))?;
            most.push(
                model.nodes[first..]
                    .iter()
                    .filter(|node| node.feature == LEAF)
                    .map(|node| node.at)
                    .fold(f32::MIN, f32::max),
            );
        }
        let mut rest = 0.0;
        model.rest = most
            .iter()
            .rev()
            .map(|most| {
                rest += most;
                rest
            })
            .collect();
        model.rest.reverse();
        Some(model)
    }

    fn tree<'a>(&mut self, words: &mut impl Iterator<Item = &'a str>) -> Option<()> {
        let word = words.next()?;
        let here = self.nodes.len();
        if let Some(value) = word.strip_prefix('=') {
            let value = value.parse().ok()?;
            self.nodes.push(Node { feature: LEAF, at: value, mean: value, next: [0; 2] });
            return Some(());
        }
        let (feature, at) = word.split_once("<=")?;
        let (at, mean) = at.split_once('@')?;
        let feature: u8 = feature.parse().ok()?;
        self.nodes.push(Node { feature, at: at.parse().ok()?, mean: mean.parse().ok()?, next: [0; 2] });
        if usize::from(feature) >= features::COUNT {
            return None;
        }
        for side in 0..2 {
            self.nodes[here].next[side] = u16::try_from(self.nodes.len()).ok()?;
            self.tree(words)?;
        }
        Some(())
    }

    /// The log-odds, or nothing if they cannot reach the lowest floor.
    pub(super) fn score(&self, features: &[f32; features::COUNT]) -> Option<f32> {
        let mut sum = self.bias;
        for (root, rest) in self.roots.iter().zip(&self.rest) {
            if sum + rest < self.floors[0] {
                return None;
            }
            let mut node = &self.nodes[usize::from(*root)];
            while node.feature != LEAF {
                let above = features[usize::from(node.feature)] > node.at;
                node = &self.nodes[usize::from(node.next[usize::from(above)])];
            }
            sum += node.at;
        }
        (sum >= self.floors[0]).then_some(sum)
    }

    /// The log-odds, and what each feature contributes to them: along each tree's path, the change of what its leaves come
    /// to on the average.
    pub(super) fn weigh(&self, features: &[f32; features::COUNT]) -> (f32, [f32; features::COUNT]) {
        let (mut sum, mut shares) = (self.bias, [0.0; features::COUNT]);
        for root in &self.roots {
            let mut node = &self.nodes[usize::from(*root)];
            while node.feature != LEAF {
                let feature = usize::from(node.feature);
                let next = &self.nodes[usize::from(node.next[usize::from(features[feature] > node.at)])];
                shares[feature] += next.mean - node.mean;
                node = next;
            }
            sum += node.at;
        }
        (sum, shares)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_model_is_read() {
        assert!(Model::parse(TEXT).is_some());
    }
}
