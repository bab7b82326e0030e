//! Ast → Model: names resolved, types known, one model for each span of validity. Collects faults and
//! never stops at the first.

mod clauses;
mod error;
mod examples;
mod expressions;
mod fields;
mod order;
mod tables;
mod time;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ast::{self, Ast, Item};
use crate::bundle::Bundle;
use crate::codes::CodeList;
use crate::diagnostic::{Diagnostic, has_errors};
use crate::model::*;
use crate::source::Source;
pub use error::CODES;
pub(crate) use fields::small;
use time::{Period, periods};

/// What checking gives.
#[derive(Debug)]
pub struct Checked {
    /// One for each span of validity, in order of time; none where there is any error.
    pub models: Vec<Model>,
    /// Everything that was found.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a rule set. The bundle's tables and code lists join `sources`, so that diagnostics can
/// point into them.
pub fn check(bundle: &Bundle, ast: &Ast, sources: &mut Vec<Source>) -> Checked {
    let mut files = tables::Files::new(bundle, sources);
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    let mut seen: FxHashSet<Diagnostic> = FxHashSet::default();
    let mut models = Vec::new();
    for period in periods(ast, &mut diagnostics) {
        let mut checker = Checker::new(ast, &mut files, period);
        let model = checker.model();
        let faults = std::mem::take(&mut checker.faults);
        diagnostics.extend(faults.into_iter().filter(|fault| seen.insert(fault.clone())));
        models.extend(model);
    }
    if has_errors(&diagnostics) {
        models.clear();
    }
    Checked { models, diagnostics }
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entity {
    Field(FieldId),
    List(ListId),
    Definition(DefId),
    Table(TableId),
    Scale(ScaleId),
}

/// A 设, 输出 or 计分 as written.
#[derive(Debug, Clone, Copy)]
enum DefinitionSource<'a> {
    Plain(&'a ast::DefinitionDecl),
    Score(&'a ast::ScoreDecl),
}

impl<'a> DefinitionSource<'a> {
    fn name(self) -> &'a ast::Name {
        match self {
            DefinitionSource::Plain(decl) => &decl.name,
            DefinitionSource::Score(decl) => &decl.name,
        }
    }
}

/// A table or a matrix as written.
#[derive(Debug, Clone, Copy)]
enum TableSource<'a> {
    Table(&'a ast::TableDecl),
    Matrix(&'a ast::MatrixDecl),
}

impl<'a> TableSource<'a> {
    fn name(self) -> &'a ast::Name {
        match self {
            TableSource::Table(decl) => &decl.name,
            TableSource::Matrix(decl) => &decl.name,
        }
    }

    /// The names that type its keys.
    fn keys(self) -> Vec<&'a ast::Name> {
        match self {
            TableSource::Table(decl) => decl.params.iter().collect(),
            TableSource::Matrix(decl) => vec![&decl.row_axis, &decl.column_axis],
        }
    }
}

/// Builds the model of one period.
struct Checker<'a, 'f> {
    ast: &'a Ast,
    files: &'f mut tables::Files<'a>,
    period: Period,
    faults: Vec<Diagnostic>,
    names: FxHashMap<&'a str, Entity>,
    element_names: FxHashMap<String, Vec<(ListId, u32)>>,
    scales: Vec<Scale>,
    codes: Vec<Arc<CodeList>>,
    code_names: FxHashMap<String, CodeListId>,
    options: Vec<OptionSet>,
    subject: Subject,
    exprs: Vec<Expr>,
    definition_sources: Vec<DefinitionSource<'a>>,
    definitions: Vec<Option<Definition>>,
    sheets: Vec<Sheet>,
    table_sources: Vec<TableSource<'a>>,
    tables: Vec<Option<Table>>,
    graded: Option<ScaleId>,
    uses_as_of: bool,
}

impl<'a, 'f> Checker<'a, 'f> {
    fn new(ast: &'a Ast, files: &'f mut tables::Files<'a>, period: Period) -> Self {
        Checker {
            ast,
            files,
            period,
            faults: Vec::new(),
            names: FxHashMap::default(),
            element_names: FxHashMap::default(),
            scales: Vec::new(),
            codes: Vec::new(),
            code_names: FxHashMap::default(),
            options: Vec::new(),
            subject: Subject { name: String::new(), fields: Vec::new(), lists: Vec::new() },
            exprs: Vec::new(),
            definition_sources: Vec::new(),
            definitions: Vec::new(),
            sheets: Vec::new(),
            table_sources: Vec::new(),
            tables: Vec::new(),
            graded: None,
            uses_as_of: false,
        }
    }

    fn model(&mut self) -> Option<Model> {
        self.declare_scales();
        self.declare_codes();
        self.declare_subject();
        self.collect();
        self.look_alikes();
        let order = self.order()?;
        for def in &order {
            self.define(*def);
        }
        for table in 0..self.table_sources.len() {
            self.table(TableId(table as u32));
        }
        let grade = self.grade();
        let rules = self.rules();
        let requirements = self.requirements();
        let alerts = self.alerts();
        let definitions: Option<Vec<Definition>> = self.definitions.iter().cloned().collect();
        let tables: Option<Vec<Table>> = self.tables.iter().cloned().collect();
        let rule_names: Vec<String> = rules.iter().map(|rule| rule.name.clone()).collect();
        let examples = self.examples(&rule_names);
        if has_errors(&self.faults) {
            return None;
        }
        Some(Model {
            name: self.ast.header.name.text.clone(),
            version: self.ast.header.version.text.clone(),
            from: self.period.from,
            to: self.period.to,
            notes: notes(&self.ast.header.meta),
            scales: std::mem::take(&mut self.scales),
            codes: std::mem::take(&mut self.codes),
            options: std::mem::take(&mut self.options),
            subject: self.subject.clone(),
            tables: tables?,
            sheets: std::mem::take(&mut self.sheets),
            definitions: definitions?,
            order,
            exprs: std::mem::take(&mut self.exprs),
            grade: grade?,
            rules,
            requirements,
            alerts,
            examples,
            draws: self.draws(),
            uses_as_of: self.uses_as_of,
        })
    }

    fn draws(&self) -> Vec<ast::DrawDecl> {
        let draw = |item: &Item| if let Item::Draw(decl) = item { Some(decl.clone()) } else { None };
        self.ast.items.iter().filter_map(draw).collect()
    }

    /// Numbers definitions and tables, and gives all names their meanings.
    fn collect(&mut self) {
        for item in &self.ast.items {
            match item {
                Item::Definition(decl) => self.add_definition(DefinitionSource::Plain(decl)),
                Item::Score(decl) => self.add_definition(DefinitionSource::Score(decl)),
                Item::Table(decl) if self.in_force(decl.validity.as_ref()) => {
                    self.add_table(TableSource::Table(decl));
                }
                Item::Matrix(decl) if self.in_force(decl.validity.as_ref()) => {
                    self.add_table(TableSource::Matrix(decl));
                }
                _ => {}
            }
        }
    }

    fn in_force(&self, validity: Option<&ast::Validity>) -> bool {
        self.period.within(validity)
    }

    fn add_definition(&mut self, source: DefinitionSource<'a>) {
        let id = DefId(self.definition_sources.len() as u32);
        self.definition_sources.push(source);
        self.definitions.push(None);
        self.declare(source.name(), Entity::Definition(id));
    }

    fn add_table(&mut self, source: TableSource<'a>) {
        let id = TableId(self.table_sources.len() as u32);
        self.table_sources.push(source);
        self.tables.push(None);
        self.declare(source.name(), Entity::Table(id));
    }

    fn declare(&mut self, name: &'a ast::Name, entity: Entity) {
        if let Some(first) = self.names.get(name.text.as_str()).copied() {
            let fault = error::duplicate(name.span, &name.text);
            let fault = match self.place_of(first) {
                Some(span) => fault.label(span, crate::diagnostic::Message::new("先在这里", "first here")),
                None => fault,
            };
            self.faults.push(fault);
        } else {
            self.names.insert(&name.text, entity);
        }
    }

    fn place_of(&self, entity: Entity) -> Option<crate::source::Span> {
        Some(match entity {
            Entity::Field(field) => self.subject.fields.get(field.index())?.span,
            Entity::List(list) => self.subject.lists.get(list.index())?.span,
            Entity::Definition(def) => self.definition_sources.get(def.index())?.name().span,
            Entity::Table(table) => self.table_sources.get(table.index())?.name().span,
            Entity::Scale(scale) => self.scales.get(scale.index())?.span,
        })
    }

    /// Names that a reader cannot tell apart.
    fn look_alikes(&mut self) {
        let mut seen: FxHashMap<String, &ast::Name> = FxHashMap::default();
        let sources = self.definition_sources.iter().map(|source| source.name());
        let names = sources.chain(self.table_sources.iter().map(|source| source.name()));
        let fields = self.ast.items.iter().filter_map(|item| match item {
            Item::Subject(decl) => Some(decl.fields.iter().map(|field| &field.name)),
            _ => None,
        });
        for name in fields.flatten().chain(names).collect::<Vec<_>>() {
            let skeleton: String = unicode_security::skeleton(&name.text.to_lowercase()).collect();
            match seen.get(&skeleton) {
                Some(other) if other.text != name.text => {
                    let fault = error::look_alike(name.span, &name.text, &other.text);
                    self.faults.push(fault.at(other.span));
                }
                Some(_) => {}
                None => {
                    seen.insert(skeleton, name);
                }
            }
        }
    }

    /// All names that may stand where a value is wanted.
    fn known_names(&self) -> Vec<&str> {
        self.names.keys().copied().chain(self.element_names.keys().map(String::as_str)).collect()
    }
}

/// Attached texts, without their places.
fn notes(meta: &ast::Meta) -> Notes {
    let basis =
        |basis: &ast::Basis| (basis.title.text.clone(), basis.locator.as_ref().map(|own| own.text.clone()));
    Notes {
        because: meta.because.as_ref().map(|text| text.text.clone()),
        basis: meta.basis.iter().map(basis).collect(),
        notes: meta.notes.iter().map(|text| text.text.clone()).collect(),
    }
}
