//! Arrow arrays of every layout lend the same cells, whole or sliced.

#[path = "../../yufang-rows/tests/common/mod.rs"]
mod common;

use std::sync::Arc;

use arrow_array::builder::{
    Float64Builder, ListBuilder, StringBuilder, StringDictionaryBuilder, StructBuilder,
};
use arrow_array::types::*;
use arrow_array::*;
use arrow_buffer::{NullBuffer, OffsetBuffer, i256};
use arrow_schema::{DataType, Field, Fields};
use common::{cells, model};
use proptest::prelude::*;
use yufang_arrow::{Hint, InputError, Table};
use yufang_rows::{BatchSize, Encoding, ListFile, NdjsonReader, Shape};

fn table(columns: Vec<(&str, ArrayRef)>) -> Result<Table, InputError> {
    let batch = RecordBatch::try_from_iter(columns).expect("of one length");
    Table::new("t", &batch, &Shape::of(&model()))
}

fn texts(array: ArrayRef) -> Vec<Option<String>> {
    let table = table(vec![("行业", array)]).expect("readable");
    cells(&table.columns()).remove(0).1
}

fn dictionary<K: ArrowDictionaryKeyType>(texts: &[Option<String>]) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<K>::new();
    texts.iter().for_each(|text| builder.append_option(text.as_deref()));
    Arc::new(builder.finish())
}

fn all_layouts(texts: &[Option<String>]) -> Vec<ArrayRef> {
    let each = || texts.iter().map(Option::as_deref);
    vec![
        Arc::new(each().collect::<StringArray>()),
        Arc::new(each().collect::<LargeStringArray>()),
        Arc::new(each().collect::<StringViewArray>()),
        dictionary::<Int8Type>(texts),
        dictionary::<Int16Type>(texts),
        dictionary::<Int32Type>(texts),
        dictionary::<Int64Type>(texts),
        dictionary::<UInt8Type>(texts),
        dictionary::<UInt16Type>(texts),
        dictionary::<UInt32Type>(texts),
        dictionary::<UInt64Type>(texts),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn string_layouts_agree(
        given in proptest::collection::vec(proptest::option::of("[a-z企业]{1,20}"), 1..40),
        from in 0usize..40,
        to in 0usize..40,
    ) {
        let (from, to) = (from.min(to).min(given.len()), from.max(to).min(given.len()));
        for array in all_layouts(&given) {
            prop_assert_eq!(&texts(Arc::clone(&array)), &given);
            prop_assert_eq!(&texts(array.slice(from, to - from)), &given[from..to], "{}", array.data_type());
        }
    }
}

fn sliced(array: impl Array + 'static) -> Vec<Option<String>> {
    let array: ArrayRef = Arc::new(array);
    texts(array.slice(1, array.len() - 1))
}

fn some(cells: &[&str]) -> Vec<Option<String>> {
    cells.iter().map(|cell| (!cell.is_empty()).then(|| (*cell).to_owned())).collect()
}

#[test]
fn typed_columns_lend_their_values_sliced_too() {
    assert_eq!(sliced(Int8Array::from(vec![Some(0), Some(-5), None])), some(&["-5", ""]));
    assert_eq!(sliced(Int16Array::from(vec![Some(0), Some(-5), None])), some(&["-5", ""]));
    assert_eq!(sliced(Int32Array::from(vec![Some(0), Some(-5), None])), some(&["-5", ""]));
    assert_eq!(
        sliced(Int64Array::from(vec![Some(0), Some(i64::MIN), None])),
        some(&["-9223372036854775808", ""])
    );
    assert_eq!(sliced(UInt8Array::from(vec![0, 255])), some(&["255"]));
    assert_eq!(sliced(UInt16Array::from(vec![0, 255])), some(&["255"]));
    assert_eq!(sliced(UInt32Array::from(vec![0, 255])), some(&["255"]));
    assert_eq!(sliced(UInt64Array::from(vec![0, u64::MAX])), some(&["18446744073709551615"]));
    assert_eq!(sliced(Float32Array::from(vec![0.0, 0.1])), some(&["0.1"]));
    assert_eq!(sliced(Float64Array::from(vec![0.0, 28.12, f64::NAN])), some(&["28.12", ""]));
    assert_eq!(
        sliced(BooleanArray::from(vec![None, Some(true), Some(false), None])),
        some(&["true", "false", ""])
    );
    assert_eq!(sliced(Date32Array::from(vec![0, 1])), some(&["1970-01-02"]));
    assert_eq!(sliced(Date64Array::from(vec![0, 86_400_000])), some(&["1970-01-02"]));
    assert_eq!(sliced(NullArray::new(3)), some(&["", ""]));
    let decimal = Decimal128Array::from(vec![1, 2812]).with_precision_and_scale(10, 2).expect("fits");
    assert_eq!(sliced(decimal), some(&["28.12"]));
    let decimal = Decimal32Array::from(vec![1, 2812]).with_precision_and_scale(9, 2).expect("fits");
    assert_eq!(sliced(decimal), some(&["28.12"]));
    let wide = [1, 2812].map(i256::from_i128).to_vec();
    let decimal = Decimal256Array::from(wide).with_precision_and_scale(76, 2).expect("fits");
    assert_eq!(sliced(decimal), some(&["28.12"]));
}

#[test]
fn unread_columns_are_there_by_name_only() {
    let odd: ArrayRef = Arc::new(BinaryArray::from(vec![&b"x"[..]]));
    let table = table(vec![("照片", Arc::clone(&odd)), ("行业", Arc::new(StringArray::from(vec!["C"])))]);
    let table = table.expect("no rule reads the picture");
    assert_eq!(cells(&table.columns())[0], ("照片".to_owned(), vec![None]));
}

#[test]
fn types_that_hold_no_values_are_named() {
    let refused = |name: &str, array: ArrayRef| match table(vec![(name, array)]) {
        Err(InputError::Unsupported { column, hint, .. }) => (column, hint),
        other => panic!("{other:?}"),
    };
    let binary: ArrayRef = Arc::new(BinaryArray::from(vec![&b"x"[..]]));
    assert_eq!(refused("行业", binary.clone()), ("行业".to_owned(), Hint::Scalar));
    assert_eq!(
        refused("substances", Arc::new(StringArray::from(vec!["[]"]))),
        ("substances".to_owned(), Hint::List)
    );
    let zoned = TimestampSecondArray::from(vec![0]).with_timezone("Asia/Shanghai");
    assert_eq!(refused("上次检查", Arc::new(zoned)), ("上次检查".to_owned(), Hint::Zone));
    let elements = StructArray::from(vec![(Arc::new(Field::new("q", DataType::Binary, true)), binary)]);
    let list = ListArray::new(
        Arc::new(Field::new_list_field(elements.data_type().clone(), true)),
        OffsetBuffer::from_lengths([1]),
        Arc::new(elements),
        None,
    );
    assert_eq!(refused("危险物质", Arc::new(list)), ("危险物质.q".to_owned(), Hint::Scalar));
}

fn fields() -> Fields {
    Fields::from(vec![Field::new("name", DataType::Utf8, true), Field::new("q", DataType::Float64, true)])
}

/// `[{氯 31.25}, {氨}]`, no list, `[]`, `[null, {汽油 200}]`.
fn substances() -> ListArray {
    let mut builder = ListBuilder::new(StructBuilder::from_fields(fields(), 8));
    let element =
        |builder: &mut ListBuilder<StructBuilder>, name: Option<&str>, q: Option<f64>, valid: bool| {
            let own = builder.values();
            own.field_builder::<StringBuilder>(0).expect("text").append_option(name);
            own.field_builder::<Float64Builder>(1).expect("floats").append_option(q);
            own.append(valid);
        };
    element(&mut builder, Some("氯"), Some(31.25), true);
    element(&mut builder, Some("氨"), None, true);
    builder.append(true);
    builder.append(false);
    builder.append(true);
    element(&mut builder, Some("hidden"), Some(1.0), false);
    element(&mut builder, Some("汽油"), Some(200.0), true);
    builder.append(true);
    builder.finish()
}

#[test]
fn lists_lend_their_elements_sliced_too() {
    let json = concat!(
        "{\"substances\": [{\"name\": \"氯\", \"q\": 31.25}, {\"name\": \"氨\"}]}\n{}\n",
        "{\"substances\": []}\n{\"substances\": [{}, {\"name\": \"汽油\", \"q\": 200}]}\n",
    );
    let mut rows =
        NdjsonReader::new("a", json.as_bytes(), Shape::of(&model()), Encoding::Utf8, BatchSize::default());
    let rows = rows.next().expect("one").expect("read");
    let expected = cells(&rows.columns()).remove(0).1;
    let narrow: ArrayRef = Arc::new(substances());
    let own = substances();
    let wide: ArrayRef = Arc::new(LargeListArray::new(
        Arc::new(Field::new_list_field(DataType::Struct(fields()), true)),
        OffsetBuffer::from_lengths([2, 0, 0, 2]),
        own.values().clone(),
        Some(NullBuffer::from(vec![true, false, true, true])),
    ));
    for array in [narrow, wide] {
        let whole = table(vec![("substances", Arc::clone(&array))]).expect("readable");
        assert_eq!(cells(&whole.columns())[0].1, expected);
        let part = table(vec![("substances", array.slice(2, 2))]).expect("readable");
        assert_eq!(cells(&part.columns())[0].1, expected[2..]);
    }
    let fixed = FixedSizeListArray::new(
        Arc::new(Field::new_list_field(DataType::Struct(fields()), true)),
        2,
        own.values().clone(),
        None,
    );
    let fixed = table(vec![("substances", Arc::new(fixed.slice(1, 1)))]).expect("readable");
    assert_eq!(cells(&fixed.columns())[0].1, expected[3..]);
}

#[test]
fn lists_of_their_own_are_joined() {
    let model = model();
    let mut elements = ListFile::new("substances", "s", &model.subject.fields[0]);
    let source = RecordBatch::try_from_iter(vec![
        ("编号", Arc::new(Int64Array::from(vec![1, 1])) as ArrayRef),
        ("name", Arc::new(StringArray::from(vec!["氯", "氨"]))),
        ("q", Arc::new(Float64Array::from(vec![Some(31.25), None]))),
    ]);
    let shape = Shape::of_list(&model, 0);
    let list = Table::new("s", &source.expect("of one length"), &shape);
    elements.add(&list.expect("readable").columns()).expect("an owner's key");
    let mut table =
        table(vec![("id", Arc::new(StringArray::from(vec!["1", "2"])) as ArrayRef)]).expect("readable");
    table.attach(&mut elements).expect("no such column yet");
    assert_eq!(
        cells(&table.columns())[1].1,
        [
            Some(
                r#"[["name=Some(\"氯\")", "q=Some(\"31.25\")"], ["name=Some(\"氨\")", "q=None"]]"#.to_owned()
            ),
            Some("[]".to_owned())
        ]
    );
}
