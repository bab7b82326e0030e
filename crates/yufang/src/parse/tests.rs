use super::*;
use crate::ast::{ExprKind, Item, TableBody};

fn read(text: &str) -> (Ast, Vec<Diagnostic>) {
    parse(&Source::new("test.yf", text), FileId(0))
}

const SAMPLE: &str = include_str!("../../tests/sample.yf");

#[test]
fn the_sample_reads() {
    let (ast, faults) = read(SAMPLE);
    let source = Source::new("sample.yf", SAMPLE);
    let shown: Vec<String> = faults
        .iter()
        .map(|f| f.one_line(std::slice::from_ref(&source), crate::diagnostic::Language::En))
        .collect();
    assert!(faults.is_empty(), "{shown:#?}");
    assert_eq!(ast.items.len(), 23);
}

#[test]
fn rows_end_with_their_line() {
    let (ast, faults) = read("规则集 \"x\"\n表 t(a) -> 数 {\n 0 => 1\n 1 => 2 注 \"二\"\n 其他 => 3 }");
    assert!(faults.is_empty(), "{faults:?}");
    let Item::Table(table) = &ast.items[0] else { panic!("a table") };
    let TableBody::Rows(rows) = &table.body else { panic!("rows") };
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1].meta.notes.len(), 1);
}

#[test]
fn spans_point_into_the_text_as_written() {
    let text = "规则集 “名”\n设　ｘ ＝ １ ≥ （２）\n";
    let (ast, faults) = read(text);
    assert!(faults.is_empty(), "{faults:?}");
    let Item::Definition(definition) = &ast.items[0] else { panic!("a definition") };
    let source = Source::new("test.yf", text);
    assert_eq!(source.slice(definition.name.span), "ｘ");
    assert_eq!(source.slice(definition.value.span), "１ ≥ （２）");
    assert_eq!(definition.name.text, "x");
}

#[test]
fn precedence_is_the_usual() {
    let (ast, faults) = read("规则集 \"x\"\n设 v = 1 + 2 * 3 - 4 < 5 且 非 a = b");
    assert!(faults.is_empty(), "{faults:?}");
    let Item::Definition(definition) = &ast.items[0] else { panic!("a definition") };
    let ExprKind::All(operands) = &definition.value.kind else { panic!("且") };
    assert!(matches!(&operands[0].kind, ExprKind::Compare(..)));
    assert!(matches!(&operands[1].kind, ExprKind::Not(inner) if matches!(inner.kind, ExprKind::Compare(..))));
}
