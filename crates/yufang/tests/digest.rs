//! What the digest of a rule set depends on.

use yufang::Bundle;

const ZH: &str = "规则集 \"风险\" 版本 \"1\"
量级 等级 { 蓝, 红 }
对象 企业 {
  编号 : 文本 主键
  人数 : 整数 0..1000 ? 越大越险
  类别 : 选项 { 甲, 乙 } 缺省 甲
  事故 : 列表 至多 9 项 { 日期 : 日期, 死亡 : 整数 0..99 }
}
表 系数(类别) -> 数 {
  甲 => 1.5
  乙 => 2
}
输出 近年 = 计数(事故 其中 近 3 年(日期))
计分 得分 起 0 {
  项 \"人\" 至多 50 { (人数 无则 1) * 系数(类别) }
  项 \"事故\" { 近年 每起 加 2 }
}
分级 等级 按 得分 { 红 20 以上  蓝 不满 20 }
规则 大厂 { 当 人数 > 500 则 判为 红 因为 \"人多\" 依据 《安全生产法》 \"第四条\" }
";

const EN: &str = "ruleset \"风险\" version \"1\"
scale 等级 { 蓝, 红 }
subject 企业 {
  编号 : text key
  人数 : int 0..1000 ? worse_high
  类别 : option { 甲, 乙 } default 甲
  事故 : list at_most_items 9 items { 日期 : date, 死亡 : int 0..99 }
}
table 系数(类别) -> number {
  甲 => 1.5
  乙 => 2
}
output 近年 = count(事故 where within 3 years(日期))
score 得分 start 0 {
  item \"人\" cap 50 { (人数 or_else 1) * 系数(类别) }
  item \"事故\" { 近年 each add 2 }
}
grade 等级 by 得分 { 红 at_least 20  蓝 below 20 }
rule 大厂 { when 人数 > 500 then is 红 because \"人多\" basis 《安全生产法》 \"第四条\" }
";

fn digest(text: &str) -> String {
    let set = yufang::compile(&Bundle::new("rules.yf", text.as_bytes()));
    set.unwrap_or_else(|error| panic!("{error}")).digest().to_string()
}

#[test]
fn keyword_language_layout_comments_and_examples_do_not_matter() {
    let same = digest(ZH);
    assert_eq!(digest(EN), same);
    assert_eq!(digest(&ZH.replace("  甲 => 1.5", "  // 注\n\n     甲  =>  1.50")), same);
    let example = "例 \"一\" 评估日 2020-01-01 { 人数 1, 类别 甲 应为 蓝 }\n";
    assert_eq!(digest(&format!("{ZH}{example}")), same);
}

#[test]
fn meaning_and_words_matter() {
    let changes = [
        ("1.5", "1.6"),
        ("人多", "人很多"),
        ("第四条", "第五条"),
        ("不满 20", "不超过 19"),
        ("\"人\"", "\"员工\""),
        ("近 3 年", "近 2 年"),
        ("缺省 甲", "缺省 乙"),
        ("> 500", ">= 500"),
        ("越大越险", ""),
        ("至多 9 项", "至多 8 项"),
        ("判为 红", "不低于 红"),
        ("版本 \"1\"", "版本 \"2\""),
    ];
    for (from, to) in changes {
        let mut text = ZH.replace(from, to);
        if from == "不满 20" {
            text = text.replace("20 以上", "超过 19");
        }
        assert_ne!(digest(&text), digest(ZH), "{from} → {to}");
    }
}

/// The canonical form has a version: who changes what it hashes gives it the next.
#[test]
fn version_1_is_fixed() {
    let pinned = "bea4bef7a0b5f68f5d6d413055c2e676f792ba90819296fdaf30a912fd8f1104";
    assert_eq!(digest(ZH), pinned);
}
