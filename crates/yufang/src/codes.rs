//! Code lists: hierarchical classifications such as industries and places.

use rustc_hash::FxHashMap;

use crate::text::fold;

/// A code of a [`CodeList`], numbered so that everything beneath a code follows it at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeId(pub u32);

/// One code.
#[derive(Debug, Clone)]
pub struct Code {
    /// The code as listed, folded.
    pub code: String,
    /// Its name; empty where the list gives none.
    pub name: String,
    /// The code above it.
    pub parent: Option<CodeId>,
    /// Depth, 1 at the top.
    pub level: u32,
    /// One past the last code beneath it.
    pub end: CodeId,
}

/// Why rows do not make a code list. The row is counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeListError {
    /// The same code twice: `A01,农业,A` and `A01,林业,A`.
    Duplicate {
        /// Row of the second.
        row: usize,
        /// The code.
        code: String,
    },
    /// A parent that is no code of the list.
    UnknownParent {
        /// Row.
        row: usize,
        /// The code.
        code: String,
        /// Its parent.
        parent: String,
    },
    /// A code that is above itself.
    Cycle {
        /// Row.
        row: usize,
        /// The code.
        code: String,
    },
    /// An empty code.
    Empty {
        /// Row.
        row: usize,
    },
}

/// A row of a list's source: code, name, parent (empty for the top).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// The code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The code above it, or empty.
    pub parent: String,
}

/// A classification, in depth-first order: the codes beneath `c` are `c.0 + 1 .. end`.
#[derive(Debug, Clone)]
pub struct CodeList {
    name: String,
    codes: Vec<Code>,
    index: FxHashMap<String, CodeId>,
    depth: u32,
}

impl CodeList {
    /// Orders `rows` depth first, children as listed.
    ///
    /// Where a code is letters and then digits, and the digits belong to no other code, the digits
    /// alone name it too (GB/T 4754: `C2614` and `2614`).
    ///
    /// # Errors
    /// Every fault of the rows.
    pub fn new(name: &str, rows: &[CodeRow]) -> Result<CodeList, Vec<CodeListError>> {
        let mut errors = Vec::new();
        let mut row_of: FxHashMap<String, usize> = FxHashMap::default();
        for (row, entry) in rows.iter().enumerate() {
            let code = fold(&entry.code).into_owned();
            if code.is_empty() {
                errors.push(CodeListError::Empty { row });
            } else if row_of.insert(code.clone(), row).is_some() {
                errors.push(CodeListError::Duplicate { row, code });
            }
        }
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
        let mut tops = Vec::new();
        for (row, entry) in rows.iter().enumerate() {
            let parent = fold(&entry.parent);
            match row_of.get(parent.as_ref()) {
                _ if parent.is_empty() => tops.push(row),
                Some(above) => children[*above].push(row),
                None => errors.push(CodeListError::UnknownParent {
                    row,
                    code: entry.code.clone(),
                    parent: parent.into_owned(),
                }),
            }
        }
        let codes = depth_first(rows, &tops, &children);
        if errors.is_empty() && codes.len() < rows.len() {
            let reached: std::collections::HashSet<&str> =
                codes.iter().map(|code| code.code.as_str()).collect();
            let cyclic =
                rows.iter().enumerate().filter(|(_, entry)| !reached.contains(fold(&entry.code).as_ref()));
            errors.extend(cyclic.map(|(row, entry)| CodeListError::Cycle { row, code: entry.code.clone() }));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let depth = codes.iter().map(|code| code.level).max().unwrap_or(0);
        let index = index(&codes);
        Ok(CodeList { name: name.to_owned(), codes, index, depth })
    }

    /// The list's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All codes, depth first.
    pub fn codes(&self) -> &[Code] {
        &self.codes
    }

    /// One code.
    pub fn get(&self, id: CodeId) -> &Code {
        &self.codes[id.0 as usize]
    }

    /// Levels that the list has.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Finds a code by its text, folded or not.
    pub fn find(&self, code: &str) -> Option<CodeId> {
        // Most data hold codes as the list has them.
        self.index.get(code).or_else(|| self.index.get(fold(code).as_ref())).copied()
    }

    /// Whether `code` is `above` or beneath it (属于).
    pub fn is_under(&self, code: CodeId, above: CodeId) -> bool {
        code >= above && code < self.get(above).end
    }

    /// Whether nothing stands beneath a code.
    pub fn is_leaf(&self, id: CodeId) -> bool {
        self.get(id).end.0 == id.0 + 1
    }

    /// Whether a code is too coarse for a field of `level`: a gap among the codes beneath it.
    pub fn is_coarse(&self, id: CodeId, level: u32) -> bool {
        self.get(id).level < level && !self.is_leaf(id)
    }

    /// The codes that a field of `level` may hold where only `above` is known (all, where `None`):
    /// those of that level, and shallower ones with nothing beneath.
    pub fn beneath(&self, above: Option<CodeId>, level: u32) -> impl Iterator<Item = CodeId> + '_ {
        let (start, end) = above.map_or((0, self.codes.len() as u32), |id| (id.0, self.get(id).end.0));
        (start..end).map(CodeId).filter(move |id| {
            let own = self.get(*id).level;
            own == level || (own < level && self.is_leaf(*id))
        })
    }
}

fn depth_first(rows: &[CodeRow], tops: &[usize], children: &[Vec<usize>]) -> Vec<Code> {
    enum Step {
        Enter(usize, Option<CodeId>, u32),
        Leave(CodeId),
    }
    let mut codes: Vec<Code> = Vec::with_capacity(rows.len());
    let mut stack: Vec<Step> = tops.iter().rev().map(|row| Step::Enter(*row, None, 1)).collect();
    while let Some(step) = stack.pop() {
        match step {
            Step::Leave(id) => codes[id.0 as usize].end = CodeId(codes.len() as u32),
            Step::Enter(row, parent, level) => {
                let id = CodeId(codes.len() as u32);
                let code = fold(&rows[row].code).into_owned();
                let name = fold(&rows[row].name).into_owned();
                codes.push(Code { code, name, parent, level, end: id });
                stack.push(Step::Leave(id));
                let below = children[row].iter().rev();
                stack.extend(below.map(|child| Step::Enter(*child, Some(id), level + 1)));
            }
        }
    }
    codes
}

fn index(codes: &[Code]) -> FxHashMap<String, CodeId> {
    let ids = || (0u32..).map(CodeId);
    let mut index: FxHashMap<String, CodeId> = FxHashMap::default();
    let mut digits: FxHashMap<&str, Vec<CodeId>> = FxHashMap::default();
    for (code, id) in codes.iter().zip(ids()) {
        index.insert(code.code.clone(), id);
        let rest = code.code.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        if rest.len() < code.code.len() && !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
        {
            digits.entry(rest).or_default().push(id);
        }
    }
    for (text, ids) in digits {
        if let [id] = ids[..] {
            index.entry(text.to_owned()).or_insert(id);
        }
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(list: &[(&str, &str)]) -> Vec<CodeRow> {
        let row = |(code, parent): &(&str, &str)| CodeRow {
            code: (*code).into(),
            name: String::new(),
            parent: (*parent).into(),
        };
        list.iter().map(row).collect()
    }

    #[test]
    fn codes_beneath_follow_their_parent() {
        let list =
            CodeList::new("industries", &rows(&[("C26", "C"), ("B", ""), ("C", ""), ("C2614", "C26")]))
                .expect("a list");
        let order: Vec<&str> = list.codes().iter().map(|code| code.code.as_str()).collect();
        assert_eq!(order, ["B", "C", "C26", "C2614"]);
        let find = |code| list.find(code).expect("a code");
        assert!(list.is_under(find("2614"), find("C")));
        assert!(!list.is_under(find("B"), find("C")));
        assert!(list.is_coarse(find("C26"), 3) && !list.is_coarse(find("B"), 3));
        assert_eq!(list.beneath(None, 3).count(), 2);
    }

    #[test]
    fn faults_are_named() {
        let faults = CodeList::new("x", &rows(&[("A", ""), ("A", ""), ("B", "Z")])).expect_err("faults");
        assert_eq!(faults.len(), 2);
        let cycle = CodeList::new("x", &rows(&[("A", "B"), ("B", "A")])).expect_err("a cycle");
        assert!(matches!(cycle[0], CodeListError::Cycle { .. }));
    }
}
