//! What comes out: the contract's columns, in its order, exact.

mod common;

use common::{model, types, verdicts};
use yufang::diagnostic::Language;
use yufang_rows::*;

fn contract() -> Contract {
    let (score, outputs) = types();
    Contract::new(&model(), Some(&score), &outputs)
}

fn keys() -> TextColumn {
    [Some("=1+1"), Some("二"), None].into_iter().collect()
}

#[test]
fn csv_is_the_contract() {
    let keys = keys();
    let mut bytes = csv_head(&contract(), false);
    bytes.extend(csv_rows(&contract(), &verdicts(), Some(&keys.column()), Language::Zh));
    assert_eq!(
        String::from_utf8(bytes).expect("UTF-8"),
        "编号,status,tier,possible,score,S,R,重大,源级,到期,fired,alerts,missing,error\n\
         =1+1,graded,橙,橙,-12.5,2.5,1/3,true,红,1970-01-01,甲|乙,警|报?,,\n\
         二,undetermined,,黄|红,,,,,,,,,L|substances,\n\
         ,invalid,,,,,,,,,,,,行业：必填，但没有值\n"
    );
    assert!(csv_head(&contract(), true).starts_with(b"\xEF\xBB\xBF\xE7"));
}

#[test]
fn ndjson_is_the_contract() {
    let keys = keys();
    let lines = ndjson_rows(&contract(), &verdicts(), Some(&keys.column()), Language::En);
    let text = String::from_utf8(lines).expect("UTF-8");
    let rows: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(
        rows[0],
        serde_json::json!({"编号": "=1+1", "status": "graded", "tier": "橙", "possible": "橙", "score": "-12.5",
            "S": "2.5", "R": "1/3", "重大": true, "源级": "红", "到期": "1970-01-01", "fired": "甲|乙",
            "alerts": "警|报?", "missing": null, "error": null})
    );
    assert_eq!(rows[2]["error"], "行业: required, but missing");
    assert!(text.starts_with("{\"编号\":\"=1+1\",\"status\":"), "the contract's order");
}

#[test]
fn what_comes_out_can_be_read_again() {
    let keys = keys();
    let mut csv = csv_head(&contract(), true);
    csv.extend(csv_rows(&contract(), &verdicts(), Some(&keys.column()), Language::Zh));
    let ndjson = ndjson_rows(&contract(), &verdicts(), Some(&keys.column()), Language::Zh);
    let one = CsvReader::new("a", &csv[..], Shape::default(), CsvOptions::default()).expect("a header");
    let other = NdjsonReader::new("b", &ndjson[..], Shape::default(), Encoding::Auto, BatchSize::default());
    let one: Vec<_> = one.map(|batch| common::cells(&batch.expect("read").columns())).collect();
    let other: Vec<_> = other.map(|batch| common::cells(&batch.expect("read").columns())).collect();
    assert_eq!(one, other);
}

#[test]
fn the_input_has_a_schema_and_a_template() {
    let schema = json_schema(&model());
    assert_eq!(schema["required"], serde_json::json!(["编号", "行业"]));
    let properties = &schema["properties"];
    assert_eq!(properties["行业"]["anyOf"][0]["enum"], serde_json::json!(["C", "C26", "B"]));
    assert_eq!(properties["L"]["anyOf"][0]["enum"], serde_json::json!([0.5, 10, "0.5", "10"]));
    assert_eq!(properties["L"]["title"], "可能性");
    assert_eq!(properties["停产"]["description"], "是否；缺省 否 | flag; default 否");
    assert_eq!(properties["substances"]["maxItems"], 500);
    assert_eq!(properties["substances"]["items"]["required"], serde_json::json!(["name"]));
    let template = String::from_utf8(csv_template(&model(), false)).expect("UTF-8");
    assert_eq!(template, "编号,行业,L,停产,上次检查,标准化,substances\n");
}
