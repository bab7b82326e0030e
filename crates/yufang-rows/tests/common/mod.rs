//! A small rule set's model and verdicts, made by hand: these tests are about data, not rules.

#![allow(dead_code, reason = "each test crate uses a part")]

use std::sync::Arc;

use yufang::codes::{CodeList, CodeRow};
use yufang::column::{Column, Columns, Data};
use yufang::date::Date;
use yufang::model::*;
use yufang::number::{Number, scaled, whole};
use yufang::source::{FileId, Span};
use yufang::verdict::*;

pub(crate) fn span() -> Span {
    Span { file: FileId(0), start: 0, end: 0 }
}

pub(crate) fn field(name: &str, label: Option<&str>, ty: FieldType) -> Field {
    Field {
        name: name.into(),
        label: label.map(Into::into),
        ty,
        key: false,
        optional: false,
        default: None,
        worse: None,
        changeable: None,
        notes: Notes::default(),
        span: span(),
    }
}

pub(crate) fn number(lo: i64, hi: i64, decimals: u32) -> FieldType {
    FieldType::Number { lo: whole(lo), hi: whole(hi), decimals, listed: None, unit: None }
}

fn subject() -> Subject {
    let key = Field { key: true, ..field("编号", Some("id"), FieldType::Text) };
    let listed = vec![(scaled(5, 1), "罕见".to_owned()), (whole(10), "经常".to_owned())];
    let level =
        FieldType::Number { lo: scaled(5, 1), hi: whole(10), decimals: 1, listed: Some(listed), unit: None };
    let substances = List {
        name: "substances".into(),
        label: Some("危险物质".into()),
        at_most: 500,
        optional: true,
        fields: vec![
            field("name", None, FieldType::Text),
            Field { optional: true, ..field("q", None, number(0, 1_000_000, 8)) },
        ],
        notes: Notes::default(),
        span: span(),
    };
    let fields = vec![
        key,
        field("行业", None, FieldType::Code { list: CodeListId(0), level: 2 }),
        Field { optional: true, ..field("L", Some("可能性"), level) },
        Field { default: Some(Constant::Flag(false)), ..field("停产", None, FieldType::Flag) },
        Field {
            optional: true, ..field("上次检查", None, FieldType::Date { lo: Date::MIN, hi: Date::MAX })
        },
        Field { optional: true, ..field("标准化", None, FieldType::Option(OptionSetId(0))) },
    ];
    Subject { name: "企业".into(), fields, lists: vec![substances] }
}

fn output(name: &str, ty: Ty) -> Definition {
    Definition {
        name: name.into(),
        label: None,
        output: true,
        space: Space::Row,
        ty,
        expr: ExprId(0),
        notes: Notes::default(),
        span: span(),
    }
}

pub(crate) fn model() -> Model {
    let tier = |name: &str| Tier { name: name.into(), label: String::new(), color: None };
    let code =
        |code: &str, parent: &str| CodeRow { code: code.into(), name: String::new(), parent: parent.into() };
    let codes = CodeList::new("行业表", &[code("C", ""), code("C26", "C"), code("B", "")]).expect("a list");
    let rule = |name: &str| Rule {
        name: name.into(),
        when: None,
        effect: Effect::Step(1),
        notes: Notes::default(),
        span: span(),
    };
    let alert = |name: &str| Alert {
        name: name.into(),
        when: ExprId(0),
        level: None,
        message: vec![],
        notes: Notes::default(),
        span: span(),
    };
    let expr = Expr {
        kind: ExprKind::Constant(Constant::Tier(0)),
        ty: Ty::Tier(ScaleId(0)),
        space: Space::Row,
        span: span(),
    };
    Model {
        name: "测试".into(),
        version: "1".into(),
        from: None,
        to: None,
        notes: Notes::default(),
        scales: vec![Scale {
            name: "等级".into(),
            tiers: ["蓝", "黄", "橙", "红"].map(tier).to_vec(),
            span: span(),
        }],
        codes: vec![Arc::new(codes)],
        options: vec![OptionSet {
            options: vec![("一级".into(), "最好".into()), ("二级".into(), String::new())],
        }],
        subject: subject(),
        tables: vec![],
        sheets: vec![],
        definitions: vec![
            output("S", Ty::Number { unit: None }),
            output("R", Ty::Number { unit: None }),
            output("重大", Ty::Flag),
            output("源级", Ty::Tier(ScaleId(0))),
            output("到期", Ty::Date),
        ],
        order: vec![],
        exprs: vec![expr],
        grade: Grade {
            scale: ScaleId(0),
            by: GradeBy::Tier(ExprId(0)),
            when: None,
            otherwise: None,
            notes: Notes::default(),
            span: span(),
        },
        rules: vec![rule("甲"), rule("乙")],
        requirements: vec![],
        alerts: vec![alert("警"), alert("报")],
        examples: vec![],
        draws: vec![],
        uses_as_of: false,
    }
}

/// The static types of the model's score and outputs.
pub(crate) fn types() -> (yufang::plan::OutputType, Vec<yufang::plan::OutputType>) {
    use yufang::plan::OutputType::*;
    (Decimal { scale: 2 }, vec![Decimal { scale: 3 }, Exact, Flag, Text, Date])
}

fn column(at: u32, values: Values, certain: &[bool]) -> OutputColumn {
    OutputColumn { definition: DefId(at), values, certain: certain.to_vec() }
}

/// Three rows: graded, undetermined, invalid.
pub(crate) fn verdicts() -> Verdicts {
    let certain = [true, false, false];
    let mut fired = BitRows::new(3, 2);
    let mut alerts = BitRows::new(3, 2);
    let mut maybe_alerts = BitRows::new(3, 2);
    let mut missing = BitRows::new(3, 7);
    [0, 1].iter().for_each(|at| fired.set(0, *at));
    alerts.set(0, 0);
    maybe_alerts.set(0, 1);
    [2, 6].iter().for_each(|at| missing.set(1, *at));
    let error = RowError::Missing { field: FieldPath { name: "行业".into(), element: None } };
    Verdicts {
        status: vec![Status::Graded, Status::Undetermined, Status::Invalid],
        possible: vec![TierSet::one(2), TierSet(0b1010), TierSet::default()],
        score: Some(column(0, Values::Scaled { values: vec![-1250, 0, 0], denominator: 100 }, &certain)),
        outputs: vec![
            column(0, Values::Wide { values: vec![2500, 1, 1], denominator: 1000 }, &certain),
            column(1, Values::Exact(vec![Number::new(1.into(), 3.into()), whole(0), whole(0)]), &certain),
            column(2, Values::Flags(vec![true, false, false]), &certain),
            column(3, Values::Tiers(vec![3, 0, 0]), &certain),
            column(4, Values::Dates(vec![0, 0, 0]), &certain),
        ],
        fired,
        alerts,
        maybe_alerts,
        missing,
        errors: vec![(2, error)],
    }
}

/// Cells as text, lists by elements and sorted by field: what must agree however the data came.
pub(crate) fn cells(columns: &Columns<'_>) -> Vec<(String, Vec<Option<String>>)> {
    let mut all: Vec<_> =
        columns.columns.iter().map(|(name, column)| (name.to_string(), texts(column))).collect();
    all.sort();
    all
}

fn texts(column: &Column<'_>) -> Vec<Option<String>> {
    let Data::List { offsets, elements } = &column.data else {
        return (0..column.len())
            .map(|row| column.show(row))
            .map(|text| (!text.is_empty()).then_some(text))
            .collect();
    };
    let fields = cells(elements);
    let element =
        |at: usize| fields.iter().map(|(name, cells)| format!("{name}={:?}", cells[at])).collect::<Vec<_>>();
    let list = |row: usize| {
        format!("{:?}", (offsets.get(row)..offsets.get(row + 1)).map(element).collect::<Vec<_>>())
    };
    (0..column.len()).map(|row| column.is_valid(row).then(|| list(row))).collect()
}
