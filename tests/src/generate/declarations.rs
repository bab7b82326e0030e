//! Random rule sets, declaration by declaration.

use super::expressions::{NUMBERS, Named, Scope, Type};
use super::schema::Schema;
use super::tables::{TableSpec, matrix, ranges, table};
use super::{Random, RuleSetText};

struct Maker {
    random: Random,
    schema: Schema,
    tables: Vec<TableSpec>,
    named: Vec<Named>,
    declarations: Vec<String>,
    files: Vec<(String, String)>,
}

pub(super) fn rule_set(seed: u64) -> RuleSetText {
    let mut random = Random::new(seed);
    let schema = Schema::new(&mut random);
    let mut maker = Maker {
        random,
        schema,
        tables: Vec::new(),
        named: Vec::new(),
        declarations: Vec::new(),
        files: Vec::new(),
    };
    maker.tables();
    maker.definitions();
    let sheet = maker.random.chance(40).then(|| maker.sheet());
    maker.grade(sheet);
    maker.rules();
    maker.clauses();
    let Maker { schema, declarations, files, .. } = maker;
    RuleSetText { seed, schema, declarations, files }
}

impl Maker {
    /// An expression made with what has been declared so far.
    fn make(&mut self, list: Option<usize>, make: impl Fn(&Scope<'_>, &mut Random) -> String) -> String {
        let scope =
            Scope { schema: &self.schema, tables: &self.tables, named: &self.named, list, alert: false };
        make(&scope, &mut self.random)
    }

    fn tables(&mut self) {
        for number in 0..self.random.below(4) {
            let written = if self.random.chance(35) {
                matrix(&self.schema, &mut self.random, number)
            } else {
                table(&self.schema, &mut self.random, number)
            };
            if let Some(written) = written {
                self.tables.push(written.spec);
                self.declarations.push(written.text);
                self.files.extend(written.file);
            }
        }
    }

    fn definitions(&mut self) {
        for number in 0..self.random.below(6) {
            let ty = [Type::Number, Type::Number, Type::Flag, Type::Tier, Type::Date][self.random.below(5)];
            let lists = self.schema.lists.len();
            let list = (lists > 0 && self.random.chance(25)).then(|| self.random.below(lists));
            let depth = 1 + self.random.below(3);
            let value = self.make(list, |scope, random| match ty {
                Type::Number => scope.number(random, depth),
                Type::Flag => scope.flag(random, depth),
                Type::Tier => scope.tier(random, depth),
                Type::Date => scope.date(random),
            });
            let name = format!("值{number}");
            let word = if list.is_none() && self.random.chance(35) { "输出" } else { "设" };
            let over = list.map(|list| format!("({})", self.schema.lists[list].name)).unwrap_or_default();
            self.declarations.push(format!("{word} {name}{over} = {value}"));
            self.named.push(Named { name, ty, list });
        }
    }

    fn sheet(&mut self) -> String {
        let start = *self.random.pick(&NUMBERS);
        let mut text = format!("计分 得分 起 {start} {{\n");
        for item in 0..1 + self.random.below(3) {
            let mut head = format!("  项 \"项{item}\"");
            for word in ["至多", "至多扣"] {
                if self.random.chance(35) {
                    head.push_str(&format!(" {word} {}", ["1", "2.5", "10"][self.random.below(3)]));
                }
            }
            if self.random.chance(20) {
                head.push_str(" 取 最重");
            }
            text.push_str(&format!("{head} {{\n"));
            for _ in 0..1 + self.random.below(3) {
                let line = self.line();
                text.push_str(&format!("    {line}\n"));
            }
            text.push_str("  }\n");
        }
        text.push('}');
        self.declarations.push(text);
        self.named.push(Named { name: "得分".to_owned(), ty: Type::Number, list: None });
        "得分".to_owned()
    }

    fn line(&mut self) -> String {
        let word = ["加", "扣"][self.random.below(2)];
        let points = ["1", "2", "0.5", "0.1"][self.random.below(4)];
        match self.random.below(3) {
            0 => {
                let condition = self.make(None, |scope, random| scope.flag(random, 1));
                format!("{condition} {word} {points}")
            }
            1 => {
                let count = self.make(None, |scope, random| scope.number(random, 1));
                format!("{count} 每项 {word} {points}")
            }
            _ => self.make(None, |scope, random| scope.number(random, 2)),
        }
    }

    fn grade(&mut self, sheet: Option<String>) {
        let condition =
            self.random.chance(20).then(|| self.make(None, |scope, random| scope.flag(random, 1)));
        let tiers = self.schema.tiers.clone();
        let otherwise = *self.random.pick(&tiers);
        let (when, otherwise) = match condition {
            Some(condition) => (format!(" 当 {condition}"), format!(" 否则 {otherwise}")),
            None => (String::new(), String::new()),
        };
        if sheet.is_none() && self.random.chance(25) {
            let tier = self.make(None, |scope, random| scope.tier(random, 2));
            self.declarations.push(format!("分级 等级 按 {tier}{when}{otherwise}"));
            return;
        }
        let score = sheet.unwrap_or_else(|| self.make(None, |scope, random| scope.number(random, 3)));
        let mut text = format!("分级 等级 按 {score}{when} {{\n");
        for range in ranges(&mut self.random) {
            let tier = *self.random.pick(&tiers);
            text.push_str(&format!("  {tier} {range}\n"));
        }
        text.push_str(&format!("}}{otherwise}"));
        self.declarations.push(text);
    }

    fn rules(&mut self) {
        for number in 0..self.random.below(6) {
            let when = match self.random.chance(90) {
                true => format!("当 {} ", self.make(None, |scope, random| scope.flag(random, 2))),
                false => String::new(),
            };
            let effect = match self.random.below(5) {
                0 => format!("升 {} 级", 1 + self.random.below(2)),
                1 => format!("降 {} 级", 1 + self.random.below(2)),
                effect => {
                    let tier = self.make(None, |scope, random| scope.tier(random, 1));
                    format!("{} {tier}", ["不低于", "不高于", "判为"][effect - 2])
                }
            };
            self.declarations.push(format!("规则 规则{number} {{ {when}则 {effect} }}"));
        }
    }

    /// Requirements that mostly hold, and alerts.
    fn clauses(&mut self) {
        if self.random.chance(30) {
            let (one, other) = (
                self.make(None, |scope, random| scope.flag(random, 1)),
                self.make(None, |scope, random| scope.flag(random, 1)),
            );
            self.declarations.push(format!("要求 ({one} 或 {other})"));
        }
        if !self.schema.lists.is_empty() && self.random.chance(20) {
            let condition = self.make(Some(0), |scope, random| scope.flag(random, 1));
            let name = &self.schema.lists[0].name;
            self.declarations.push(format!("要求 {name} : {condition}"));
        }
        for number in 0..self.random.below(3) {
            let scope = Scope {
                schema: &self.schema,
                tables: &self.tables,
                named: &self.named,
                list: None,
                alert: true,
            };
            let condition = scope.flag(&mut self.random, 1);
            let tier = self.schema.tiers[0];
            self.declarations
                .push(format!("预警 预警{number} {{ 当 {condition} 级别 {tier} 提示 \"注意\" }}"));
        }
    }
}
