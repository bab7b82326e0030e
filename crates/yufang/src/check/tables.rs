//! Tables, matrices, and the files that they and code lists come from.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Checker, Entity, TableSource, error, notes};
use crate::ast::{self, CellKind, TableBody};
use crate::bundle::Bundle;
use crate::codes::{CodeList, CodeListError, CodeRow};
use crate::diagnostic::Diagnostic;
use crate::model::*;
use crate::number::{Number, parse_decimal};
use crate::source::{FileId, Source, Span};
use crate::text::fold;

/// Most rows of a table.
const MOST_ROWS: usize = 200_000;

/// The bundle's files, each read once.
pub(super) struct Files<'a> {
    bundle: &'a Bundle,
    sources: &'a mut Vec<Source>,
    read: FxHashMap<String, Option<Arc<Csv>>>,
    lists: FxHashMap<String, Option<Arc<CodeList>>>,
    shipped: FxHashMap<String, Result<Arc<CodeList>, String>>,
}

/// A CSV file: its head and rows, each with its place.
pub(super) struct Csv {
    head: Vec<String>,
    rows: Vec<(Vec<String>, Span)>,
}

impl<'a> Files<'a> {
    pub(super) fn new(bundle: &'a Bundle, sources: &'a mut Vec<Source>) -> Self {
        Files {
            bundle,
            sources,
            read: FxHashMap::default(),
            lists: FxHashMap::default(),
            shipped: FxHashMap::default(),
        }
    }

    pub(super) fn shipped_names(&self) -> Vec<String> {
        self.bundle.code_list_names().map(str::to_owned).collect()
    }

    /// A code list of the library.
    pub(super) fn shipped(&mut self, name: &str) -> Option<Result<Arc<CodeList>, String>> {
        if let Some(known) = self.shipped.get(name) {
            return Some(known.clone());
        }
        let bytes = self.bundle.code_list(name)?;
        let list = read_code_list(name, bytes).map(Arc::new);
        self.shipped.insert(name.to_owned(), list.clone());
        Some(list)
    }

    /// A file of the bundle; faults are reported at `at` once.
    fn csv(&mut self, file: &ast::Text, faults: &mut Vec<Diagnostic>) -> Option<Arc<Csv>> {
        if let Some(known) = self.read.get(&file.text) {
            return known.clone();
        }
        let csv = self.read_csv(file, faults).map(Arc::new);
        self.read.insert(file.text.clone(), csv.clone());
        csv
    }

    fn read_csv(&mut self, file: &ast::Text, faults: &mut Vec<Diagnostic>) -> Option<Csv> {
        let Some(bytes) = self.bundle.file(&file.text) else {
            let fault = error::unknown_file(file.span, &file.text);
            faults.push(error::suggest(fault, &file.text, self.bundle.file_names()));
            return None;
        };
        let id = FileId(u16::try_from(self.sources.len()).ok()?);
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let source = match std::str::from_utf8(bytes) {
            Ok(text) => Source::new(&file.text, text),
            Err(_) => {
                faults.push(error::csv(file.span, "UTF-8"));
                return None;
            }
        };
        let csv = parse_csv(source.text(), id);
        self.sources.push(source);
        match csv {
            Ok(csv) => Some(csv),
            Err((span, what)) => {
                faults.push(error::csv(span, what).at(file.span));
                None
            }
        }
    }

    /// One's own code list.
    pub(super) fn code_list(
        &mut self,
        decl: &ast::CodesDecl,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Arc<CodeList>> {
        if let Some(known) = self.lists.get(&decl.name.text) {
            return known.clone();
        }
        let list = self.read_list(decl, faults).map(Arc::new);
        self.lists.insert(decl.name.text.clone(), list.clone());
        list
    }

    fn read_list(&mut self, decl: &ast::CodesDecl, faults: &mut Vec<Diagnostic>) -> Option<CodeList> {
        let csv = self.csv(&decl.source.file, faults)?;
        let columns = csv.columns(&decl.source.columns, faults)?;
        let cell =
            |row: &[String], at: usize| columns.get(at).map(|own| row[*own].clone()).unwrap_or_default();
        let row = |(row, _): &(Vec<String>, Span)| CodeRow {
            code: cell(row, 0),
            name: cell(row, 1),
            parent: cell(row, 2),
        };
        let rows: Vec<CodeRow> = csv.rows.iter().map(row).collect();
        match CodeList::new(&decl.name.text, &rows) {
            Ok(list) => Some(list),
            Err(errors) => {
                for fault in errors.iter().take(20) {
                    let (row, what) = describe(fault);
                    faults.push(error::code_list(csv.rows[row].1, what).at(decl.source.file.span));
                }
                None
            }
        }
    }
}

impl Csv {
    /// The positions of columns by name.
    fn columns(&self, names: &[ast::Name], faults: &mut Vec<Diagnostic>) -> Option<Vec<usize>> {
        let before = faults.len();
        let mut columns = Vec::new();
        for name in names {
            match self.head.iter().position(|own| *own == name.text) {
                Some(at) => columns.push(at),
                None => {
                    let fault = error::unknown_column(name.span, &name.text);
                    faults.push(error::suggest(fault, &name.text, self.head.iter().map(String::as_str)));
                }
            }
        }
        (faults.len() == before).then_some(columns)
    }
}

fn parse_csv(text: &str, file: FileId) -> Result<Csv, (Span, String)> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let place = |position: Option<&csv::Position>| {
        let start = position.map_or(0, |own| own.byte() as usize).min(text.len());
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        Span::new(file, start, start + line.len())
    };
    let head = reader.headers().map_err(|fault| (place(fault.position()), fault.to_string()))?;
    let head = head.iter().map(|name| fold(name).into_owned()).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|fault| (place(fault.position()), fault.to_string()))?;
        let cells = record.iter().map(|cell| fold(cell).into_owned()).collect();
        rows.push((cells, place(record.position())));
    }
    Ok(Csv { head, rows })
}

/// A shipped list: columns `code`, `name`, `parent` by name.
fn read_code_list(name: &str, bytes: &[u8]) -> Result<CodeList, String> {
    let text = std::str::from_utf8(bytes).map_err(|fault| fault.to_string())?;
    let csv = parse_csv(text, FileId(0)).map_err(|(_, what)| what)?;
    let column = |wanted: &str| csv.head.iter().position(|own| own == wanted);
    let code = column("code").ok_or("no column `code`")?;
    let (label, parent) = (column("name"), column("parent"));
    let cell = |row: &[String], at: Option<usize>| at.map(|at| row[at].clone()).unwrap_or_default();
    let row = |(row, _): &(Vec<String>, Span)| CodeRow {
        code: row[code].clone(),
        name: cell(row, label),
        parent: cell(row, parent),
    };
    let rows: Vec<CodeRow> = csv.rows.iter().map(row).collect();
    CodeList::new(name, &rows)
        .map_err(|faults| faults.first().map(|fault| describe(fault).1).unwrap_or_default())
}

fn describe(fault: &CodeListError) -> (usize, String) {
    match fault {
        CodeListError::Duplicate { row, code } => (*row, format!("{code}: 重复 / twice")),
        CodeListError::UnknownParent { row, code, parent } => (*row, format!("{code}: {parent}?")),
        CodeListError::Cycle { row, code } => (*row, format!("{code}: 循环 / cycle")),
        CodeListError::Empty { row } => (*row, "代码为空 / empty code".to_owned()),
    }
}

impl<'a> Checker<'a, '_> {
    pub(super) fn table(&mut self, id: TableId) {
        if self.tables[id.index()].is_some() {
            return;
        }
        let table = match self.table_sources[id.index()] {
            TableSource::Table(decl) => self.read_table(decl),
            TableSource::Matrix(decl) => self.read_matrix(decl),
        };
        self.tables[id.index()] = table;
    }

    fn result(&mut self, result: &ast::ResultType) -> Option<Ty> {
        match result {
            ast::ResultType::Number(_) => Some(Ty::Number { unit: None }),
            ast::ResultType::Scale(name) => self.scale_named(name).map(Ty::Tier),
        }
    }

    pub(super) fn scale_named(&mut self, name: &ast::Name) -> Option<ScaleId> {
        if let Some(Entity::Scale(scale)) = self.names.get(name.text.as_str()) {
            return Some(*scale);
        }
        let fault = error::unknown_scale(name.span, &name.text);
        let fault = error::suggest(fault, &name.text, self.scales.iter().map(|scale| scale.name.as_str()));
        self.faults.push(fault);
        None
    }

    /// The type of a key, by the field or definition that it names.
    fn param(&mut self, name: &ast::Name) -> Option<Param> {
        let named = |ty: Ty, bounds| Param { name: name.text.clone(), ty, axis: None, bounds };
        match self.names.get(name.text.as_str()) {
            Some(Entity::Field(field)) => {
                let field = &self.subject.fields[field.index()];
                return Some(named(field.ty.ty(), bounds(&field.ty)));
            }
            // A definition that is at fault has been reported.
            Some(Entity::Definition(def)) => {
                return self.definitions[def.index()].as_ref().map(|def| named(def.ty.clone(), None));
            }
            _ => {}
        }
        if let Some((list, field)) = self.element_names.get(&name.text).and_then(|places| places.first()) {
            let field = &self.subject.lists[list.index()].fields[*field as usize];
            return Some(named(field.ty.ty(), bounds(&field.ty)));
        }
        let fault = error::unknown_name(name.span, &name.text);
        self.faults.push(error::suggest(fault, &name.text, self.known_names()));
        None
    }

    fn read_table(&mut self, decl: &'a ast::TableDecl) -> Option<Table> {
        let result = self.result(&decl.result);
        let params: Option<Vec<Param>> = decl.params.iter().map(|name| self.param(name)).collect();
        let (result, params) = (result?, params?);
        let rows = match &decl.body {
            TableBody::Rows(rows) => rows.iter().filter_map(|row| self.row(row, &params, &result)).collect(),
            TableBody::File { source, otherwise } => {
                self.file_rows(decl, source, otherwise.as_ref(), &params, &result)?
            }
        };
        if rows.len() > MOST_ROWS {
            self.faults.push(error::too_many_rows(decl.name.span, MOST_ROWS));
            return None;
        }
        let name = decl.name.text.clone();
        Some(Table {
            name,
            matrix: false,
            params,
            result,
            pick: decl.pick,
            rows,
            notes: notes(&decl.meta),
            span: decl.name.span,
        })
    }

    fn row(&mut self, row: &ast::TableRow, params: &[Param], result: &Ty) -> Option<Row> {
        let all_else = matches!(&row.cells[..], [ast::Cell { kind: CellKind::Otherwise, .. }]);
        if row.cells.len() != params.len() && !all_else {
            self.faults.push(error::cell_count(row.span, params.len(), row.cells.len()));
            return None;
        }
        let cells: Option<Vec<Key>> = if all_else {
            Some(vec![Key::Otherwise; params.len()])
        } else {
            row.cells.iter().zip(params).map(|(cell, param)| self.cell(cell, &param.ty)).collect()
        };
        let value = self.literal(&row.value, result);
        Some(Row { cells: cells?, value: value?, notes: notes(&row.meta), span: row.span })
    }

    fn cell(&mut self, cell: &ast::Cell, ty: &Ty) -> Option<Key> {
        let unfit = |checker: &mut Self| {
            checker.faults.push(error::unfit_cell(cell.span));
            None
        };
        match &cell.kind {
            CellKind::Otherwise => Some(Key::Otherwise),
            CellKind::Under(codes) => match ty {
                Ty::Code(list) => self.codes_under(codes, *list).map(Key::Codes),
                _ => unfit(self),
            },
            CellKind::Band(band) => match ty {
                Ty::Number { unit } => self.band(band, unit.as_deref()).map(Key::Range),
                _ => unfit(self),
            },
            CellKind::Values(values) => {
                let values: Option<Vec<Constant>> =
                    values.iter().map(|value| self.literal(value, ty)).collect();
                match key_of(values?) {
                    Some(key) => Some(key),
                    None => unfit(self),
                }
            }
        }
    }

    /// A range whose ends are numbers of one unit.
    pub(super) fn band(&mut self, band: &ast::BandRange, unit: Option<&str>) -> Option<Range> {
        let ty = Ty::Number { unit: unit.map(Arc::from) };
        let mut end = |end: &Option<(ast::Expr, bool)>| match end {
            None => Some(None),
            Some((value, closed)) => match self.literal(value, &ty)? {
                Constant::Number(number) => Some(Some((number, *closed))),
                _ => None,
            },
        };
        let (lo, hi) = (end(&band.lo), end(&band.hi));
        let range = Range { lo: lo?, hi: hi? };
        if let (Some((lo, lo_in)), Some((hi, hi_in))) = (&range.lo, &range.hi)
            && (lo > hi || (lo == hi && !(*lo_in && *hi_in)))
        {
            self.faults.push(error::empty_band(band.span));
            return None;
        }
        Some(range)
    }

    fn file_rows(
        &mut self,
        decl: &ast::TableDecl,
        source: &ast::FileColumns,
        otherwise: Option<&ast::Expr>,
        params: &[Param],
        result: &Ty,
    ) -> Option<Vec<Row>> {
        let csv = self.files.csv(&source.file, &mut self.faults)?;
        let columns = csv.columns(&source.columns, &mut self.faults)?;
        if columns.len() != params.len() + 1 {
            self.faults.push(error::cell_count(source.file.span, params.len() + 1, columns.len()));
            return None;
        }
        let mut rows = Vec::with_capacity(csv.rows.len());
        for (cells, span) in &csv.rows {
            let (value, keys) = columns.split_last()?;
            let keys: Option<Vec<Key>> = keys
                .iter()
                .zip(params)
                .map(|(at, param)| {
                    self.text_constant(&cells[*at], &param.ty, *span).and_then(|own| key_of(vec![own]))
                })
                .collect();
            let value = self.text_constant(&cells[*value], result, *span);
            if let (Some(cells), Some(value)) = (keys, value) {
                rows.push(Row { cells, value, notes: Notes::default(), span: *span });
            }
        }
        if let Some(otherwise) = otherwise {
            let value = self.literal(otherwise, result)?;
            let cells = vec![Key::Otherwise; params.len()];
            rows.push(Row { cells, value, notes: notes(&decl.meta), span: otherwise.span });
        }
        Some(rows)
    }

    /// A CSV cell as a value of a type.
    fn text_constant(&mut self, cell: &str, ty: &Ty, span: Span) -> Option<Constant> {
        let found = match ty {
            _ if cell.is_empty() => None,
            Ty::Number { .. } => parse_decimal(cell).map(Constant::Number),
            Ty::Text => Some(Constant::Text(cell.to_owned())),
            Ty::Code(list) => self.codes[list.index()].find(cell).map(Constant::Code),
            Ty::Option(set) => self.option_named(*set, cell).map(Constant::Option),
            Ty::Tier(scale) => self.tier_named(*scale, cell).map(Constant::Tier),
            Ty::Date => crate::date::Date::parse(cell).map(Constant::Date),
            Ty::Flag => match cell {
                "是" | "true" | "1" => Some(Constant::Flag(true)),
                "否" | "false" | "0" => Some(Constant::Flag(false)),
                _ => None,
            },
        };
        if found.is_none() {
            let fault = match ty {
                Ty::Code(list) if !cell.is_empty() => {
                    error::unknown_code(span, cell, self.codes[list.index()].name())
                }
                _ => error::unfit_cell(span),
            };
            self.faults.push(fault);
        }
        found
    }

    fn read_matrix(&mut self, decl: &'a ast::MatrixDecl) -> Option<Table> {
        let result = self.result(&decl.result);
        let axes = [&decl.row_axis, &decl.column_axis];
        let mut params = Vec::new();
        for axis in axes {
            let mut param = self.param(axis)?;
            param.axis = self.name_expr(axis, None, super::expressions::Scope::row());
            params.push(param);
        }
        let result = result?;
        let heads: Option<Vec<Key>> =
            decl.columns.iter().map(|head| self.head(head, &params[1].ty)).collect();
        let heads = heads?;
        let mut rows = Vec::new();
        for row in &decl.rows {
            if row.cells.len() != heads.len() {
                self.faults.push(error::matrix_width(row.span, heads.len(), row.cells.len()));
                continue;
            }
            let head = self.head(&row.head, &params[0].ty);
            for (cell, column) in row.cells.iter().zip(&heads) {
                if let (Some(head), Some(value)) = (&head, self.literal(cell, &result)) {
                    let cells = vec![head.clone(), column.clone()];
                    rows.push(Row { cells, value, notes: Notes::default(), span: cell.span });
                }
            }
        }
        let name = decl.name.text.clone();
        let pick = ast::Pick::Unique;
        Some(Table {
            name,
            matrix: true,
            params,
            result,
            pick,
            rows,
            notes: notes(&decl.meta),
            span: decl.name.span,
        })
    }

    fn head(&mut self, head: &ast::Expr, ty: &Ty) -> Option<Key> {
        key_of(vec![self.literal(head, ty)?])
    }
}

fn bounds(ty: &FieldType) -> Option<(Number, Number)> {
    match ty {
        FieldType::Number { lo, hi, .. } => Some((lo.clone(), hi.clone())),
        _ => None,
    }
}

/// Values of one type as a key; `None` where a value cannot be one.
fn key_of(values: Vec<Constant>) -> Option<Key> {
    macro_rules! all {
        ($key:ident, $variant:ident) => {{
            let own = |value| if let Constant::$variant(own) = value { Some(own) } else { None };
            values.into_iter().map(own).collect::<Option<Vec<_>>>().map(Key::$key)
        }};
    }
    match values.first()? {
        Constant::Number(_) => all!(Numbers, Number),
        Constant::Flag(_) => all!(Flags, Flag),
        Constant::Text(_) => all!(Texts, Text),
        Constant::Date(_) => all!(Dates, Date),
        Constant::Code(_) => all!(Codes, Code),
        Constant::Option(_) => all!(Options, Option),
        Constant::Tier(_) => all!(Tiers, Tier),
        Constant::Missing => None,
    }
}
