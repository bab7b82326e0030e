//! An explanation as people read it.

use std::fmt::Write as _;

use super::{Explanation, Ground, Origin, TierName};
use crate::diagnostic::Language;
use crate::verdict::Status;

impl Explanation {
    /// The explanation as plain text, in Chinese or English.
    pub fn text(&self, language: Language) -> String {
        let mut text = Text { out: String::new(), language };
        text.head(self);
        text.inputs(self);
        text.reasons(self);
        text.out
    }
}

struct Text {
    out: String,
    language: Language,
}

impl Text {
    fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    fn line(&mut self, depth: usize, line: &str) {
        // INVARIANT: writing to a String cannot fail.
        let _ = writeln!(self.out, "{}{line}", "  ".repeat(depth));
    }

    fn title(&mut self, zh: &str, en: &str) {
        let title = self.say(zh, en).to_owned();
        self.line(0, &format!("{title}{}", self.say("：", ":")));
    }

    fn head(&mut self, own: &Explanation) {
        let set = &own.rule_set;
        let digest = set.digest.get(..12).unwrap_or(&set.digest);
        self.line(0, &format!("{} {} ({digest})", set.name, set.version));
        for basis in &set.basis {
            self.line(1, basis);
        }
        if let Some(key) = &own.key {
            let word = self.say("对象", "subject").to_owned();
            self.line(0, &format!("{word} {key}"));
        }
        let outcome = match (own.status, &own.tier) {
            (Status::Graded, Some(tier)) => format!("{} {}", self.say("等级", "tier"), named(tier)),
            (Status::Undetermined, _) => {
                let possible: Vec<String> = own.possible.iter().map(named).collect();
                format!("{} {}", self.say("未定，可能是", "undetermined, possible:"), possible.join(" | "))
            }
            _ => self.say("无效", "invalid").to_owned(),
        };
        self.line(0, &outcome);
        if let Some(error) = &own.error {
            let error = error.get(self.language).to_owned();
            self.line(1, &error);
        }
        if !own.missing.is_empty() {
            let word = self.say("取决于尚缺的", "it depends on what is missing:").to_owned();
            self.line(1, &format!("{word} {}", own.missing.join(", ")));
        }
        if let Some(score) = &own.score {
            let word = self.say("得分", "score").to_owned();
            self.line(0, &format!("{word} {score}"));
        }
    }

    fn inputs(&mut self, own: &Explanation) {
        self.title("依据的数据", "from these data");
        for input in &own.inputs {
            let value = input.value.clone().unwrap_or_else(|| "—".to_owned());
            let origin = match input.origin {
                Origin::Given => String::new(),
                Origin::Default => format!(" ({})", self.say("缺省", "default")),
                Origin::Missing => format!(" ({})", self.say("缺", "missing")),
                Origin::Coarse => format!(" ({})", self.say("不够细", "not fine enough")),
            };
            let label = input.label.as_ref().map(|label| format!(" {label}")).unwrap_or_default();
            // What nobody said and the rules filled in quietly is left to the data form.
            if input.origin != Origin::Default {
                self.line(1, &format!("{}{label}: {value}{origin}", input.name));
            }
        }
        let defaults: Vec<&str> = own
            .inputs
            .iter()
            .filter(|input| input.origin == Origin::Default)
            .map(|input| input.name.as_str())
            .collect();
        if !defaults.is_empty() {
            let word = self.say("取缺省值", "by default").to_owned();
            self.line(1, &format!("{word}: {}", defaults.join(", ")));
        }
    }

    fn reasons(&mut self, own: &Explanation) {
        self.title("经过", "how it came about");
        for lookup in &own.lookups {
            let keys: Vec<String> =
                lookup.keys.iter().map(|(name, value)| format!("{name} {value}")).collect();
            let value = lookup.value.clone().unwrap_or_else(|| self.say("无此行", "no row").to_owned());
            let element = lookup.element.map(|at| format!("[{at}]")).unwrap_or_default();
            self.grounded(
                &format!("{}{element}({}) = {value}", lookup.table, keys.join(", ")),
                &lookup.ground,
            );
        }
        for item in &own.items {
            let capped = if item.capped { self.say("（封顶）", " (capped)") } else { "" };
            self.grounded(
                &format!("{} +{} −{}{capped}", item.label, item.added, item.deducted),
                &item.ground,
            );
            for line in &item.lines {
                self.line(2, &format!("{} → {} ({})", line.text, line.points, line.count));
            }
        }
        for value in &own.values {
            let shown = value.value.clone().unwrap_or_else(|| self.say("不定", "not certain").to_owned());
            let label = value.label.as_ref().map(|label| format!(" {label}")).unwrap_or_default();
            self.grounded(&format!("{}{label} = {shown}", value.name), &value.ground);
        }
        if let Some(band) = &own.band {
            let word = self.say("分数段", "band").to_owned();
            self.grounded(&format!("{word}: {}", band.text), &band.ground);
        }
        if let Some(base) = &own.base {
            let word = self.say("基础等级", "base tier").to_owned();
            self.line(1, &format!("{word}: {base}"));
        }
        for rule in &own.rules {
            let weight = if rule.decisive {
                self.say("改变了等级", "changes the tier")
            } else {
                self.say("未改变等级", "changes nothing")
            };
            self.grounded(&format!("{}: {} ({weight})", rule.name, rule.effect), &rule.ground);
        }
        for alert in &own.alerts {
            let mark = if alert.certain { "" } else { "?" };
            let word = self.say("预警", "alert").to_owned();
            self.line(1, &format!("{word} {}{mark}: {}", alert.name, alert.message));
        }
    }

    fn grounded(&mut self, line: &str, ground: &Ground) {
        let mut tail: Vec<String> =
            ground.because.iter().chain(&ground.basis).chain(&ground.notes).cloned().collect();
        tail.push(format!("{}:{}", ground.file, ground.line));
        self.line(1, &format!("{line}  — {}", tail.join("; ")));
    }
}

fn named(tier: &TierName) -> String {
    if tier.label.is_empty() { tier.name.clone() } else { format!("{} {}", tier.name, tier.label) }
}
