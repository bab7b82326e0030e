//! One rule set, one register, every format: the same verdicts.

#[path = "../../yufang-rows/tests/common/mod.rs"]
mod common;

use std::io::Cursor;
use std::sync::Arc;

use arrow_array::*;
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field};
use parquet::arrow::ArrowWriter;
use yufang::{Bundle, Language, Rules, compile};
use yufang_arrow::*;
use yufang_rows::{Contract, Encoding, Shape};

const RULES: &str = r#"
规则集 "测试" 版本 "1"
量级 等级 { 蓝, 红 }
对象 企业 {
  编号 : 文本 主键
  停产 : 是否 缺省 否
  比重 : 数 0..1 小数 3 位 ?
  危险物质 : 列表 至多 10 项 { 名称 : 文本, 数量 : 数 0..1000 小数 2 位 }
}
输出 S = 合计(危险物质 : 数量 / 3)
输出 总量 = 合计(危险物质 : 数量)
分级 等级 按 总量 { 红 10 以上  蓝 不满 10 }
规则 停产封顶 { 当 停产 则 不高于 蓝 因为 "停产" }
规则 比重过高 { 当 比重 > 0.5 则 不低于 红 因为 "比重" }
"#;

fn rules() -> Rules {
    let set = compile(&Bundle::new("test.yf", RULES)).unwrap_or_else(|error| panic!("{error}"));
    set.at(None).expect("no date is needed")
}

fn grade(rules: &Rules, input: Batches, output: Format) -> Vec<u8> {
    let layout =
        Layout { contract: Contract::of(rules), format: output, language: Language::Zh, mark: false };
    let mut sink = Sink::new("out", Vec::new(), layout.clone()).expect("memory");
    for batch in input {
        let batch = batch.expect("readable");
        let verdicts = rules.grade(&batch.columns()).unwrap_or_else(|error| panic!("{error}"));
        sink.write(layout.prepare(&batch, verdicts)).expect("memory");
    }
    sink.finish().expect("memory")
}

fn begun(bytes: impl Into<Vec<u8>>, format: Format) -> Batches {
    let options = SourceOptions { shape: Shape::of(rules().model()), ..SourceOptions::default() };
    read("in", Cursor::new(bytes.into()), format, options).expect("begun")
}

const NDJSON: &str = r#"{"编号": "1", "停产": false, "比重": 0.5, "危险物质": [{"名称": "氯", "数量": 9.99}, {"名称": "氨", "数量": 0.01}]}
{"编号": "2", "停产": true, "危险物质": [{"名称": "氯", "数量": 100}]}
{"编号": "3", "危险物质": []}
{"编号": "4", "比重": 0.501, "危险物质": []}
{"编号": "5", "比重": 0.1234, "危险物质": []}
"#;

const CSV: &str = r#"编号,停产,比重,危险物质
1,否,0.5,"[{""名称"": ""氯"", ""数量"": 9.99}, {""名称"": ""氨"", ""数量"": ""0.01""}]"
2,是,,"[{""名称"": ""氯"", ""数量"": 1e2}]"
3,,,[]
4,,0.501,[]
5,,0.1234,[]
"#;

fn parquet() -> Vec<u8> {
    let elements = StructArray::from(vec![
        (
            Arc::new(Field::new("名称", DataType::Utf8, false)),
            Arc::new(StringArray::from(vec!["氯", "氨", "氯"])) as ArrayRef,
        ),
        (
            Arc::new(Field::new("数量", DataType::Float64, false)),
            Arc::new(Float64Array::from(vec![9.99, 0.01, 100.0])),
        ),
    ]);
    let lists = ListArray::new(
        Arc::new(Field::new_list_field(elements.data_type().clone(), true)),
        OffsetBuffer::from_lengths([2, 1, 0, 0, 0]),
        Arc::new(elements),
        None,
    );
    let batch = RecordBatch::try_from_iter(vec![
        ("编号", Arc::new(StringArray::from(vec!["1", "2", "3", "4", "5"])) as ArrayRef),
        ("停产", Arc::new(BooleanArray::from(vec![Some(false), Some(true), None, None, None]))),
        (
            "比重",
            Arc::new(Float64Array::from(vec![Some(0.5), None, Some(f64::NAN), Some(0.501), Some(0.1234)])),
        ),
        ("危险物质", Arc::new(lists)),
    ])
    .expect("of one length");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a schema");
    writer.write(&batch).expect("memory");
    writer.into_inner().expect("memory")
}

const EXPECTED: &str = "\
编号,status,tier,possible,score,S,总量,fired,alerts,missing,error
1,graded,红,红,10,10/3,10,,,,
2,undetermined,,蓝|红,100,100/3,100,停产封顶,,比重,
3,undetermined,,蓝|红,0,0,0,,,比重,
4,graded,红,红,0,0,0,比重过高,,,
5,invalid,,,,,,,,,比重：“0.1234”小数位数过多
";

#[test]
fn every_format_gives_the_same_verdicts() {
    let rules = rules();
    for (bytes, format) in
        [(NDJSON.into(), Format::Ndjson), (CSV.into(), Format::Csv), (parquet(), Format::Parquet)]
    {
        let out = grade(&rules, begun(bytes, format), Format::Csv);
        assert_eq!(String::from_utf8(out).expect("UTF-8"), EXPECTED, "{format:?}");
    }
}

#[test]
fn every_output_holds_the_same_cells() {
    let rules = rules();
    let mut all = Vec::new();
    for format in [Format::Csv, Format::Ndjson, Format::Parquet, Format::Arrow] {
        let bytes = grade(&rules, begun(CSV, Format::Csv), format);
        let names: String =
            Contract::of(&rules).columns().iter().map(|name| format!("`{name}` : 文本 ?\n")).collect();
        let reread = format!(
            "规则集 \"读\" 版本 \"1\"\n量级 等级 {{ 蓝, 红 }}\n对象 行 {{\n{names}}}\n\
             设 零 = 0\n分级 等级 按 零 {{ 红 1 以上  蓝 不满 1 }}\n"
        );
        let set = compile(&Bundle::new("read.yf", reread)).unwrap_or_else(|error| panic!("{error}"));
        let options = SourceOptions {
            shape: Shape::of(&set.models()[0]),
            encoding: Encoding::Utf8,
            ..Default::default()
        };
        let batches = read("out", Cursor::new(bytes), format, options).expect("begun");
        all.push(batches.map(|batch| common::cells(&batch.expect("readable").columns())).collect::<Vec<_>>());
    }
    assert!(all[0][0].len() == 11 && all.iter().all(|cells| *cells == all[0]), "{all:#?}");
}

#[test]
fn a_broken_line_is_an_invalid_row_in_its_place() {
    let rules = rules();
    let text = "编号,停产,比重,危险物质\n1,,0,[]\n2,,0\n3,,0,{}\n4,,0,[]\n";
    let out = String::from_utf8(grade(&rules, begun(text, Format::Csv), Format::Csv)).expect("UTF-8");
    let lines: Vec<&str> = out.lines().skip(1).collect();
    assert_eq!(lines[1], ",invalid,,,,,,,,,第 3 行：有 3 格，表头有 4 列");
    assert_eq!(lines[2], "3,invalid,,,,,,,,,第 4 行：危险物质：这里应是对象的列表，不是 {}");
    assert!(lines[0].starts_with("1,graded,蓝") && lines[3].starts_with("4,graded,蓝"));
}

#[test]
fn an_output_that_is_the_score_is_one_column() {
    let text = RULES.replace("输出 总量", "输出 score").replace("按 总量", "按 score");
    let set = compile(&Bundle::new("test.yf", text)).unwrap_or_else(|error| panic!("{error}"));
    let rules = set.at(None).expect("no date is needed");
    let expected: String = EXPECTED
        .lines()
        .map(|line| {
            let mut cells: Vec<&str> = line.split(',').collect();
            cells.remove(6);
            format!("{}\n", cells.join(","))
        })
        .collect();
    let out = grade(&rules, begun(CSV, Format::Csv), Format::Csv);
    assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
    grade(&rules, begun(CSV, Format::Csv), Format::Parquet);
}
