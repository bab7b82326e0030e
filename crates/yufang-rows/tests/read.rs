//! What goes in comes as columns: whole, in order, and with what is wrong named by its line.

mod common;

use std::io::Cursor;

use common::{cells, model};
use encoding_rs::GB18030;
use proptest::prelude::*;
use yufang::diagnostic::Language;
use yufang::verdict::RowError;
use yufang_rows::*;

fn shape() -> Shape {
    Shape::of(&model())
}

fn csv(bytes: &[u8]) -> Result<Vec<Batch>, ReadError> {
    CsvReader::new("a.csv", bytes, shape(), CsvOptions::default())?.collect()
}

fn one_csv(text: &str) -> Batch {
    let mut batches = csv(text.as_bytes()).expect("readable");
    assert_eq!(batches.len(), 1);
    batches.remove(0)
}

fn ndjson(text: &str) -> Vec<Batch> {
    let size = BatchSize::default();
    let reader = NdjsonReader::new("a.ndjson", text.as_bytes(), shape(), Encoding::Auto, size);
    reader.collect::<Result<_, _>>().expect("readable")
}

fn column(batch: &Batch, name: &str) -> Vec<Option<String>> {
    let found = cells(&batch.columns()).into_iter().find(|(own, _)| own == name);
    found.unwrap_or_else(|| panic!("no column {name}")).1
}

fn texts(cells: &[&str]) -> Vec<Option<String>> {
    cells.iter().map(|cell| (!cell.is_empty()).then(|| (*cell).to_owned())).collect()
}

#[test]
fn csv_comes_in_every_dress() {
    let plain = "编号,行业\n1,C26\n2,\"化工,\"\"甲\"\"\"\n";
    let expected = cells(&one_csv(plain).columns());
    let crlf = plain.replace('\n', "\r\n");
    let marked = format!("\u{FEFF}{plain}");
    let (gb, _, _) = GB18030.encode(plain);
    for bytes in [crlf.as_bytes(), marked.as_bytes(), &gb, plain.trim_end().as_bytes()] {
        let batches = csv(bytes).expect("readable");
        assert_eq!(cells(&batches[0].columns()), expected);
    }
    assert_eq!(column(&one_csv(plain), "行业"), texts(&["C26", "化工,\"甲\""]));
}

#[test]
fn ragged_rows_stay_in_their_place() {
    for end in ["\n", "\r\n"] {
        let text = "编号,行业\n\n1,C\n2\n\"3\n3\",C\n4,C,x\n5,B\n".replace('\n', end);
        let batch = one_csv(&text);
        assert_eq!(batch.rows(), 5);
        let lines: Vec<u64> = (0..5).map(|row| batch.line(row)).collect();
        assert_eq!(lines, [3, 4, 5, 7, 8]);
        let problems: Vec<String> =
            batch.unreadable().iter().map(|(_, problem)| problem.to_string()).collect();
        assert_eq!(problems, ["line 4: 1 cells under a header of 2", "line 7: 3 cells under a header of 2"]);
        assert_eq!(column(&batch, "行业"), texts(&["C", "", "C", "", "B"]));
    }
}

#[test]
fn an_unclosed_quote_does_not_swallow_rows_in_silence() {
    for end in ["", "\n"] {
        let batch = one_csv(&format!("编号,行业\n1,B\n2,\"C\n3,B\n4,B{end}"));
        assert_eq!(batch.rows(), 2);
        let (row, problem) = &batch.unreadable()[0];
        assert_eq!((*row, problem.line, &problem.fault), (1, 3, &Fault::Unclosed { lines: 3 }));
    }
}

#[test]
fn a_header_is_needed_and_names_once() {
    assert!(matches!(csv(b""), Err(ReadError::NoHeader { .. })));
    let twice = csv("编号,行业,编号\n".as_bytes()).expect_err("a name twice");
    assert!(twice.message().zh.contains("第 1 列与第 3 列同名“编号”"), "{twice}");
    let empty = csv("编号,,\n".as_bytes()).expect("nameless columns are passed over");
    assert_eq!((empty.len(), empty[0].rows(), empty[0].columns().columns.len()), (1, 0, 1));
}

#[test]
fn bytes_that_are_no_text_are_a_problem_of_their_row() {
    let mut bytes = "编号,行业\n甲乙,C\n丙,B\n".as_bytes().to_vec();
    let at = bytes.windows(2).position(|pair| pair == b",C").expect("there");
    bytes.insert(at, 0xFE);
    let batch = &csv(&bytes).expect("readable")[0];
    assert_eq!(batch.unreadable()[0].1.to_string(), "line 2: 编号: not text in the file's encoding");
    assert_eq!(column(batch, "行业"), texts(&["C", "B"]));
}

#[test]
fn numbers_keep_their_digits() {
    let batch = &ndjson(
        r#"{"编号": 12345678901234567890123, "q": 0.1000000000000000055, "e": 1e-7, "s": "28.120", "t": true, "n": null}"#,
    )[0];
    for (name, text) in [
        ("编号", "12345678901234567890123"),
        ("q", "0.1000000000000000055"),
        ("e", "1e-7"),
        ("s", "28.120"),
        ("t", "true"),
        ("n", ""),
    ] {
        assert_eq!(column(batch, name), texts(&[text]), "{name}");
    }
}

#[test]
fn bad_lines_of_json_do_not_stop_the_others() {
    let lines = [
        r#"{"编号": "1", "x": {"any": [1]}}"#,
        "",
        r#"{"编号": "2",}"#,
        "[3]",
        r#"{"编号": "4", "编号": "5"}"#,
        r#"{"编号": "6", "行业": ["C"]}"#,
        r#"{"编号": "7", "substances": "氯"}"#,
        r#"{"编号": "8", "substances": [{"name": ["氯"]}]}"#,
        r#"{"编号": "9", "substances": [1]}"#,
        r#"{"编号": "10", "substances": []}"#,
    ];
    let batch = &ndjson(&lines.join("\n"))[0];
    let problems: Vec<String> =
        batch.unreadable().iter().map(|(row, problem)| format!("{row} {problem}")).collect();
    assert_eq!(
        problems,
        [
            "1 line 3: not valid JSON: trailing comma at byte 16",
            "2 line 4: not a JSON object",
            "3 line 5: the key \"编号\" stands twice",
            "4 line 6: 行业: one value belongs here, not [\"C\"]",
            "5 line 7: substances: a list of objects belongs here, not \"氯\"",
            "6 line 8: substances.name: one value belongs here, not [\"氯\"]",
            "7 line 9: substances: a list of objects belongs here, not 1",
        ]
    );
    assert_eq!(column(batch, "编号"), texts(&["1", "", "", "", "6", "7", "8", "9", "10"]));
    assert_eq!(column(batch, "substances")[8], Some("[]".to_owned()));
    assert_eq!(column(batch, "substances")[0], None);
    assert_eq!(column(batch, "x")[0].as_deref(), Some(r#"{"any": [1]}"#));
}

#[test]
fn lists_come_in_three_ways() {
    let nested = &ndjson(concat!(
        r#"{"编号": "1", "substances": [{"name": "氯", "q": 31.25}, {"name": "氨"}]}"#,
        "\n",
        r#"{"编号": "2", "substances": []}"#,
        "\n",
        r#"{"编号": "3", "substances": [{"name": "汽油", "q": 200}]}"#,
    ))[0];
    let cell = one_csv(concat!(
        "编号,substances\n",
        r#"1,"[{""name"": ""氯"", ""q"": 31.25}, {""name"": ""氨""}]""#,
        "\n",
        "2,[]\n",
        r#"3,"[{""name"": ""汽油"", ""q"": 200}]""#,
        "\n",
    ));
    let mut joined = one_csv("id\n1\n2\n3\n");
    let model = model();
    let mut file = ListFile::new("substances", "s.csv", &model.subject.fields[0]);
    file.add_batch(&one_csv("编号,name,q\n１,氯,31.25\n3,汽油,200\n1,氨,\n9,苯,1\n"))
        .expect("an owner's key");
    file.complete().expect("all readable");
    file.attach(&mut joined).expect("no such column yet");
    assert_eq!(cells(&nested.columns()), cells(&cell.columns()));
    assert_eq!(column(&joined, "substances"), column(nested, "substances"));
    assert!(file.attach(&mut joined).is_err(), "twice");
    let orphans = file.orphans().expect("the owner 9 is nowhere");
    assert!(orphans.message.en.contains("1 elements") && orphans.message.en.contains("\"9\""));
}

#[test]
fn a_list_with_unreadable_elements_is_refused() {
    let model = model();
    let mut file = ListFile::new("substances", "s.csv", &model.subject.fields[0]);
    file.add_batch(&one_csv("编号,name\n1,氯,x\n")).expect("an owner's key");
    assert!(file.complete().expect_err("ragged").to_string().contains("line 2"));
    let nobody = file.add_batch(&one_csv("owner,name\n1,氯\n")).expect_err("no key");
    assert!(matches!(nobody, ReadError::NoOwner { .. }));
}

#[test]
fn batches_are_bounded_and_keep_their_columns() {
    let size = BatchSize { rows: 2, bytes: 1 << 20 };
    let text = "{\"编号\":1}\n{\"编号\":2}\n{\"编号\":3,\"x\":4}\n{\"编号\":4}\n{\"编号\":5}\n";
    let reader = NdjsonReader::new("a", text.as_bytes(), shape(), Encoding::Utf8, size);
    let widths: Vec<(usize, usize)> = reader
        .map(|batch| batch.expect("readable"))
        .map(|batch| (batch.rows(), batch.columns().columns.len()))
        .collect();
    assert_eq!(widths, [(2, 1), (2, 2), (1, 2)]);
}

#[test]
fn a_huge_cell_ends_its_batch() {
    let huge = "x".repeat(3 << 20);
    let text = format!("编号,行业\n1,{huge}\n2,C\n");
    let options = CsvOptions { size: BatchSize { rows: 8192, bytes: 1 << 20 }, ..CsvOptions::default() };
    let reader = CsvReader::new("a", Cursor::new(text), shape(), options).expect("a header");
    let rows: Vec<usize> = reader.map(|batch| batch.expect("readable").rows()).collect();
    assert_eq!(rows, [1, 1]);
}

#[test]
fn records_are_rows() {
    #[derive(serde::Serialize)]
    struct Enterprise {
        编号: String,
        q: f64,
        停产: bool,
    }
    let records = [Enterprise { 编号: "1".into(), q: 0.1, 停产: true }];
    let batch = from_records(&records, &shape()).expect("maps");
    assert_eq!(column(&batch, "q"), texts(&["0.1"]));
    let value = serde_json::json!([{"编号": "1", "q": 0.1, "停产": true}]);
    assert_eq!(cells(&from_json(&value, &shape()).expect("maps").columns()), cells(&batch.columns()));
    let text = from_json_text(r#" {"q": 0.10000000000000000000001} "#, &shape()).expect("an object");
    assert_eq!(column(&text, "q"), texts(&["0.10000000000000000000001"]));
    assert_eq!(from_json_text("[1]", &shape()).expect("JSON").unreadable().len(), 1);
    assert!(from_json_text("[1", &shape()).is_err());
}

#[test]
fn unreadable_rows_come_out_invalid() {
    let batch = one_csv("编号,行业\n1\n2,C\n3,C\n");
    let mut verdicts = common::verdicts();
    batch.settle(&mut verdicts);
    let error = verdicts.error(0).expect("ragged");
    assert!(matches!(error, RowError::Unreadable { .. }));
    assert_eq!(row_error_text(error, Language::Zh), "第 2 行：有 1 格，表头有 2 列");
    assert_eq!((verdicts.tier(0), verdicts.fired.iter(0).count(), verdicts.errors.len()), (None, 0, 2));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn text_survives_csv_and_json(table in proptest::collection::vec(("[a-z0-9]{1,6}", ".*"), 1..20), gb: bool) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["编号", "名"]).expect("memory");
        let mut json = String::new();
        let mut expected = Vec::new();
        for (key, text) in &table {
            // A carriage return at a line's end is the line's.
            let text = text.trim_end_matches('\r').to_owned();
            writer.write_record([key.as_str(), &text]).expect("memory");
            let value = if text.trim().is_empty() { serde_json::Value::Null } else { text.clone().into() };
            json += &format!("{}\n", serde_json::json!({"编号": key, "名": value}));
            expected.push((!text.trim().is_empty()).then_some(text));
        }
        let bytes = writer.into_inner().expect("memory");
        let bytes = if gb { GB18030.encode(std::str::from_utf8(&bytes).expect("UTF-8")).0.into_owned() } else { bytes };
        let encoding = if gb { Encoding::Gb18030 } else { Encoding::Utf8 };
        let options = CsvOptions { encoding, ..CsvOptions::default() };
        let batch = CsvReader::new("a", &bytes[..], shape(), options).expect("a header").next().expect("one").expect("read");
        let other = &ndjson(&json)[0];
        let given: Vec<Option<String>> = column(&batch, "名");
        prop_assert_eq!(&given, &expected);
        prop_assert_eq!(given, column(other, "名"));
    }
}
