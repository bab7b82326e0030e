//! Files of all formats in and out, and what becomes of them when something fails.

#[path = "../../yufang-rows/tests/common/mod.rs"]
mod common;

use std::fs::{File, read_to_string};
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::Arc;

use arrow_array::*;
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::DataType;
use common::{cells, model, types, verdicts};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use yufang::diagnostic::Language;
use yufang::verdict::Status;
use yufang_arrow::*;
use yufang_rows::{Contract, Encoding, Shape, TextColumn};

fn layout(format: Format) -> Layout {
    let (score, outputs) = types();
    let contract = Contract::new(&model(), Some(&score), &outputs);
    Layout { contract, format, language: Language::Zh, mark: false }
}

fn options() -> SourceOptions {
    SourceOptions { shape: Shape::of(&model()), ..SourceOptions::default() }
}

fn batch() -> RecordBatch {
    RecordBatch::try_from_iter(vec![
        ("照片", Arc::new(BinaryArray::from(vec![&b"x"[..]; 3])) as ArrayRef),
        ("编号", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ("行业", Arc::new(StringViewArray::from(vec![Some("C26"), None, Some("B")]))),
        ("上次检查", Arc::new(Date32Array::from(vec![0, 1, 2]))),
    ])
    .expect("of one length")
}

fn parquet(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a schema");
    writer.write(batch).expect("memory");
    writer.into_inner().expect("memory")
}

fn ipc_file(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), batch.schema_ref()).expect("a schema");
    writer.write(batch).expect("memory");
    writer.into_inner().expect("memory")
}

fn ipc_stream(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), batch.schema_ref()).expect("a schema");
    writer.write(batch).expect("memory");
    writer.into_inner().expect("memory")
}

type Cells = Vec<(String, Vec<Option<String>>)>;

fn all(batches: Batches) -> Vec<Cells> {
    batches.map(|batch| cells(&batch.expect("readable").columns())).collect()
}

fn from_disk(bytes: &[u8], format: Format) -> Vec<Cells> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("input");
    std::fs::write(&path, bytes).expect("a disk");
    all(open(&path, format, options()).expect("opened"))
}

fn from_stream(bytes: &[u8], format: Format) -> Vec<Cells> {
    all(read("-", Cursor::new(bytes.to_vec()), format, options()).expect("begun"))
}

#[test]
fn all_formats_give_the_same_columns() {
    let table = Table::new("t", &batch(), &Shape::of(&model())).expect("readable");
    let expected = vec![cells(&table.columns())];
    for (bytes, format) in [
        (parquet(&batch()), Format::Parquet),
        (ipc_file(&batch()), Format::Arrow),
        (ipc_stream(&batch()), Format::Arrow),
        ("编号,照片,行业,上次检查\n1,,C26,1970-01-01\n2,,,1970-01-02\n3,,B,1970-01-03\n".into(), Format::Csv),
    ] {
        assert_eq!(from_disk(&bytes, format), expected, "{format:?} from disk");
        assert_eq!(from_stream(&bytes, format), expected, "{format:?} from a stream");
    }
    let empty = batch().slice(0, 0);
    for (bytes, format) in [(parquet(&empty), Format::Parquet), (ipc_file(&empty), Format::Arrow)] {
        let batches = from_stream(&bytes, format);
        assert_eq!((batches.len(), batches[0].len()), (1, 4), "the columns are seen without rows too");
    }
}

#[test]
fn nested_lists_come_from_parquet() {
    let list = yufang_rows::from_json_text(
        r#"[{"substances": [{"name": "氯", "q": "31.25"}]}, {}, {"substances": []}]"#,
        &Shape::of(&model()),
    );
    let expected = cells(&list.expect("JSON").columns());
    let schema = input_schema(&model());
    let field = schema.field_with_name("substances").expect("a list");
    let DataType::List(element) = field.data_type() else { panic!("a list") };
    let DataType::Struct(fields) = element.data_type() else { panic!("of structs") };
    let quantity = Decimal128Array::from(vec![3_125_000_000]).with_precision_and_scale(38, 8).expect("fits");
    let structs = StructArray::new(
        fields.clone(),
        vec![Arc::new(StringArray::from(vec!["氯"])), Arc::new(quantity)],
        None,
    );
    let lists = ListArray::new(
        element.clone(),
        arrow_buffer::OffsetBuffer::from_lengths([1, 0, 0]),
        Arc::new(structs),
        Some(vec![true, false, true].into()),
    );
    let batch =
        RecordBatch::try_from_iter(vec![("substances", Arc::new(lists) as ArrayRef)]).expect("one column");
    for (bytes, format) in [(parquet(&batch), Format::Parquet), (ipc_stream(&batch), Format::Arrow)] {
        assert_eq!(from_stream(&bytes, format), std::slice::from_ref(&expected));
    }
}

/// Writes the verdicts twice, so that dictionaries have to grow or to stay.
fn written(format: Format, key: ArrayRef) -> Vec<u8> {
    let mut sink = Sink::new("out", Vec::new(), layout(format)).expect("memory");
    sink.write(Graded::Verdicts(Box::new(verdicts()), Some(Arc::clone(&key)))).expect("memory");
    let mut other = verdicts();
    other.fired.clear_row(0);
    other.fired.set(0, 1);
    sink.write(Graded::Verdicts(Box::new(other), Some(key))).expect("memory");
    sink.finish().expect("memory")
}

fn dictionary_cells(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    use arrow_array::cast::AsArray;
    let column = batch.column_by_name(name).expect("in the contract").as_dictionary::<types::Int32Type>();
    let values = column.downcast_dict::<StringArray>().expect("texts");
    values.into_iter().map(|text| text.map(str::to_owned)).collect()
}

fn check(batches: &[RecordBatch]) {
    use arrow_array::cast::AsArray;
    let text = |cells: &[&str]| {
        cells.iter().map(|cell| (!cell.is_empty()).then(|| (*cell).to_owned())).collect::<Vec<_>>()
    };
    let first = &batches[0];
    let names: Vec<&str> = first.schema_ref().fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, layout(Format::Csv).contract.columns());
    assert_eq!(dictionary_cells(first, "status"), text(&["graded", "undetermined", "invalid"]));
    assert_eq!(dictionary_cells(first, "possible"), text(&["橙", "黄|红", ""]));
    assert_eq!(dictionary_cells(first, "fired"), text(&["甲|乙", "", ""]));
    assert_eq!(dictionary_cells(&batches[1], "fired"), text(&["乙", "", ""]));
    assert_eq!(dictionary_cells(&batches[1], "status"), text(&["graded", "undetermined", "invalid"]));
    let score = first.column_by_name("score").expect("always").as_primitive::<types::Decimal128Type>();
    assert_eq!((score.value(0), score.scale(), score.is_null(1)), (-1250, 2, true));
    let s = first.column_by_name("S").expect("an output").as_primitive::<types::Decimal128Type>();
    assert_eq!((s.value(0), s.scale()), (2500, 3));
    assert_eq!(first.column_by_name("R").expect("an output").as_string::<i32>().value(0), "1/3");
    assert!(first.column_by_name("重大").expect("an output").as_boolean().value(0));
    assert_eq!(first.column(0).as_primitive::<types::Int64Type>().values(), &[1, 2, 3]);
    assert!(first.column_by_name("error").expect("always").as_string::<i32>().value(2).contains("必填"));
}

#[test]
fn arrow_and_parquet_out_are_the_contract() {
    let key: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    let bytes = written(Format::Arrow, Arc::clone(&key));
    let batches: Result<Vec<_>, _> = FileReader::try_new(Cursor::new(bytes), None).expect("a file").collect();
    check(&batches.expect("readable"));
    let bytes = bytes::Bytes::from(written(Format::Parquet, key));
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("a file").with_batch_size(3).build();
    let batches: Result<Vec<_>, _> = reader.expect("a file").collect();
    check(&batches.expect("readable"));
}

#[test]
fn an_output_without_rows_is_whole() {
    for format in [Format::Arrow, Format::Parquet, Format::Csv] {
        let bytes = Sink::new("out", Vec::new(), layout(format)).and_then(Sink::finish).expect("memory");
        assert_eq!(all(read("x", Cursor::new(bytes), format, options()).expect("whole")).len(), 1);
    }
}

#[test]
fn a_file_goes_through_in_order() {
    let text: String =
        (0..1000).map(|row| if row == 500 { "bad\n".to_owned() } else { format!("{row},C\n") }).collect();
    let mut own = options();
    own.size.rows = 64;
    let input =
        read("in.csv", Cursor::new(format!("编号,行业\n{text}")), Format::Csv, own).expect("a header");
    let layout = layout(Format::Ndjson);
    let mut sink = Sink::new("out", Vec::new(), layout.clone()).expect("memory");
    let grade = |rows: usize| {
        let mut verdicts = verdicts();
        verdicts.status = vec![Status::Invalid; rows];
        verdicts.possible = vec![Default::default(); rows];
        verdicts
            .score
            .iter_mut()
            .chain(&mut verdicts.outputs)
            .for_each(|column| column.certain = vec![false; rows]);
        for bits in
            [&mut verdicts.fired, &mut verdicts.alerts, &mut verdicts.maybe_alerts, &mut verdicts.missing]
        {
            *bits = yufang::verdict::BitRows::new(rows, 7);
        }
        verdicts.errors.clear();
        verdicts
    };
    #[derive(Debug)]
    enum Failed {
        In,
        Out,
    }
    pipeline(
        3,
        input.map(|batch| batch.map_err(|_| Failed::In)),
        |batch| Ok(layout.prepare(&batch, grade(batch.rows()))),
        |graded| sink.write(graded).map_err(|_| Failed::Out),
    )
    .expect("nothing fails");
    let text = String::from_utf8(sink.finish().expect("memory")).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1000);
    assert!(
        lines[999].contains("\"编号\":\"999\"") && lines[500].contains("第 502 行：有 1 格"),
        "{}",
        lines[500]
    );
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.csv");
    let write = |force: bool, text: &str| {
        let mut file = OutputFile::create(&path, force)?;
        file.write_all(text.as_bytes()).expect("a disk");
        Ok::<_, OutputError>(file)
    };
    drop(write(false, "half").expect("new"));
    assert!(!path.exists() && folder.path().read_dir().expect("a folder").next().is_none());
    write(false, "one").and_then(OutputFile::commit).expect("new");
    assert!(matches!(write(false, "two"), Err(OutputError::Exists { .. })));
    assert_eq!(read_to_string(&path).expect("there"), "one");
    let late = folder.path().join("late.csv");
    let begun = OutputFile::create(&late, false).expect("new");
    File::create(&late).expect("someone else");
    assert!(matches!(begun.commit(), Err(OutputError::Exists { .. })));
    write(true, "three").and_then(OutputFile::commit).expect("forced");
    assert_eq!(read_to_string(&path).expect("there"), "three");
    assert!(matches!(OutputFile::create(folder.path(), true), Err(OutputError::NotAFile { .. })));
    assert!(matches!(OutputFile::create(Path::new("/no/such/folder/x"), true), Err(OutputError::Io { .. })));
}

#[test]
fn a_list_comes_from_a_file_of_any_format() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = model();
    let batch = RecordBatch::try_from_iter(vec![
        ("编号", Arc::new(StringArray::from(vec!["1", "1", "9"])) as ArrayRef),
        ("name", Arc::new(StringArray::from(vec!["氯", "氨", "苯"]))),
        ("q", Arc::new(Float64Array::from(vec![Some(31.25), None, Some(1.0)]))),
    ])
    .expect("of one length");
    let csv = "编号,name,q\n1,氯,31.25\n1,氨,\n9,苯,1\n";
    let mut found = Vec::new();
    for (bytes, format) in [(parquet(&batch), Format::Parquet), (csv.into(), Format::Csv)] {
        let path = folder.path().join("list");
        std::fs::write(&path, bytes).expect("a disk");
        let mut list = open_list(&path, format, &model, "危险物质", Encoding::Auto).expect("readable");
        let input = read("-", Cursor::new("编号\n1\n2\n"), Format::Csv, options()).expect("a header").next();
        let mut input = input.expect("one").expect("readable");
        input.attach(&mut list).expect("no such column yet");
        found.push((cells(&input.columns()), list.orphans().map(|finding| finding.message)));
    }
    assert_eq!(found[0], found[1]);
    assert!(found[0].1.as_ref().is_some_and(|message| message.zh.contains("1 项属于输入中没有的 1 个主键")));
    let unknown = open_list(folder.path(), Format::Csv, &model, "其他", Encoding::Auto);
    assert!(matches!(unknown, Err(InputError::NoSuchList { .. })));
}

#[test]
fn keys_pass_through_as_they_came() {
    let contract = layout(Format::Parquet).contract;
    let table = |key: ArrayRef| {
        let batch = RecordBatch::try_from_iter(vec![("id", key)]).expect("one column");
        Input::Table(Table::new("t", &batch, &Shape::of(&model())).expect("readable"))
    };
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let key = table(Arc::clone(&numbers)).key(&contract).expect("by its label");
    assert_eq!(&key, &numbers);
    let names: DictionaryArray<types::Int32Type> = vec!["a", "b", "a"].into_iter().collect();
    let key = table(Arc::new(names)).key(&contract).expect("by its label");
    assert_eq!(key.data_type(), &DataType::Utf8);
    let texts: TextColumn = [Some("a")].into_iter().collect();
    assert_eq!(texts.column().len(), 1);
}
