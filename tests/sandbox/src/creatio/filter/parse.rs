//! Reads a `$filter` expression: words, precedence (`not`, comparison, `and`, `or`) and the types
//! of operands.
//!
//! What no source shows to work on a real installation (`any`, `all`, `in`, arithmetic;
//! docs/facts/creatio.md, "Queries") is refused with 400.

use super::{Expression, Function, Operator, Path};
use crate::creatio::error::Refusal;
use crate::creatio::schema::Entity;
use crate::creatio::value::{Value, instant};
use std::iter::Peekable;
use uuid::Uuid;

/// Parentheses, `not` and function calls in each other: a guard for the stack, far above what
/// people write.
const DEPTH: usize = 60;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
}

/// Reads an expression over the rows of `entity`.
///
/// # Errors
/// 400 for what is no expression or whose operands don't fit; 500 for a flat lookup column.
pub(crate) fn parse(entity: &'static Entity, text: &str) -> Result<Expression, Refusal> {
    let mut parser = Parser { entity, tokens: tokens(text)?.into_iter().peekable(), depth: 0 };
    let expression = parser.either()?;
    if let Some(token) = parser.tokens.next() {
        return Err(syntax(&format!("unexpected {token:?}")));
    }
    boolean(&expression)?;
    Ok(expression)
}

fn syntax(what: &str) -> Refusal {
    Refusal::invalid(format!("The query specified in the URI is not valid. Syntax error in $filter: {what}."))
}

fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            ' ' | '\t' => {}
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            ',' => tokens.push(Token::Comma),
            '\'' => tokens.push(Token::Text(quoted(&mut rest)?)),
            _ => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| !" \t(),'".contains(*c)) {
                    word.push(c);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

/// The rest of a text literal, whose quotes are doubled inside.
fn quoted(rest: &mut Peekable<std::str::Chars<'_>>) -> Result<String, Refusal> {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        if c != '\'' {
            text.push(c);
        } else if rest.next_if_eq(&'\'').is_some() {
            text.push('\'');
        } else {
            return Ok(text);
        }
    }
    Err(syntax("unterminated string literal"))
}

struct Parser {
    entity: &'static Entity,
    tokens: Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    fn either(&mut self) -> Result<Expression, Refusal> {
        let mut parts = vec![self.all()?];
        while self.word("or") {
            parts.push(self.all()?);
        }
        joined(parts, Expression::Or)
    }

    fn all(&mut self) -> Result<Expression, Refusal> {
        let mut parts = vec![self.comparison()?];
        while self.word("and") {
            parts.push(self.comparison()?);
        }
        joined(parts, Expression::And)
    }

    fn comparison(&mut self) -> Result<Expression, Refusal> {
        if self.word("not") {
            let part = self.deeper(Self::comparison)?;
            boolean(&part)?;
            return Ok(Expression::Not(Box::new(part)));
        }
        let left = self.operand()?;
        let Some(operator) = self.operator() else { return Ok(left) };
        let right = self.operand()?;
        let (left_kind, right_kind) = (kind(&left), kind(&right));
        if left_kind != right_kind && left_kind != NULL && right_kind != NULL {
            return Err(Refusal::invalid(format!(
                "The query specified in the URI is not valid. A binary operator with incompatible types was detected. \
                 Found operand types '{left_kind}' and '{right_kind}' for operator kind '{operator:?}'."
            )));
        }
        Ok(Expression::Compare(operator, Box::new(left), Box::new(right)))
    }

    fn operand(&mut self) -> Result<Expression, Refusal> {
        match self.tokens.next() {
            Some(Token::Open) => {
                let inner = self.deeper(Self::either)?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Some(Token::Text(text)) => Ok(Expression::Literal(Some(Value::Text(text)))),
            Some(Token::Word(word)) if self.tokens.next_if_eq(&Token::Open).is_some() => self.call(&word),
            Some(Token::Word(word)) => match literal(&word) {
                Some(value) => Ok(Expression::Literal(value)),
                None => Ok(Expression::Path(Path::resolve(self.entity, &word)?)),
            },
            Some(token @ (Token::Close | Token::Comma)) => Err(syntax(&format!("unexpected {token:?}"))),
            None => Err(syntax("expression expected at the end")),
        }
    }

    fn call(&mut self, name: &str) -> Result<Expression, Refusal> {
        let (function, count) = match name {
            "contains" => (Function::Contains, 2),
            "startswith" => (Function::StartsWith, 2),
            "endswith" => (Function::EndsWith, 2),
            "tolower" => (Function::ToLower, 1),
            "toupper" => (Function::ToUpper, 1),
            _ => return Err(syntax(&format!("unknown function '{name}'"))),
        };
        let mut arguments = vec![self.deeper(Self::operand)?];
        while self.tokens.next_if_eq(&Token::Comma).is_some() {
            arguments.push(self.deeper(Self::operand)?);
        }
        self.expect(&Token::Close)?;
        if arguments.len() != count || arguments.iter().any(|argument| kind(argument) != "Edm.String") {
            return Err(syntax(&format!("no function signature for '{name}' matches its arguments")));
        }
        Ok(Expression::Call(function, arguments))
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Result<Expression, Refusal>) -> Result<Expression, Refusal> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Refusal::invalid("The node recursion limit of the query has been exceeded."));
        }
        let expression = read(self)?;
        self.depth -= 1;
        Ok(expression)
    }

    fn word(&mut self, word: &str) -> bool {
        self.tokens.next_if(|token| matches!(token, Token::Word(found) if found == word)).is_some()
    }

    fn expect(&mut self, token: &Token) -> Result<(), Refusal> {
        self.tokens.next_if_eq(token).map(|_| ()).ok_or_else(|| syntax(&format!("{token:?} expected")))
    }

    fn operator(&mut self) -> Option<Operator> {
        let Some(Token::Word(word)) = self.tokens.peek() else { return None };
        let operator = match word.as_str() {
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "lt" => Operator::Lt,
            "le" => Operator::Le,
            "gt" => Operator::Gt,
            "ge" => Operator::Ge,
            _ => return None,
        };
        self.tokens.next();
        Some(operator)
    }
}

/// One part stands for itself; several must be conditions.
fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Result<Expression, Refusal> {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return Ok(only);
    }
    parts.iter().try_for_each(boolean)?;
    Ok(join(parts))
}

fn boolean(expression: &Expression) -> Result<(), Refusal> {
    match kind(expression) {
        "Edm.Boolean" => Ok(()),
        other => Err(syntax(&format!("a condition is expected, not a value of type '{other}'"))),
    }
}

const NULL: &str = "null";

fn kind(expression: &Expression) -> &'static str {
    match expression {
        Expression::Or(_) | Expression::And(_) | Expression::Not(_) | Expression::Compare(..) => "Edm.Boolean",
        Expression::Call(Function::ToLower | Function::ToUpper, _) => "Edm.String",
        Expression::Call(Function::Contains | Function::StartsWith | Function::EndsWith, _) => "Edm.Boolean",
        Expression::Path(path) => path.leaf.kind.edm(),
        Expression::Literal(None) => NULL,
        Expression::Literal(Some(value)) => match value {
            Value::Guid(_) => "Edm.Guid",
            Value::Text(_) => "Edm.String",
            Value::Bool(_) => "Edm.Boolean",
            Value::Int(_) => "Edm.Int32",
            Value::Date(_) => "Edm.DateTimeOffset",
            Value::Bytes(_) => "Edm.Stream",
        },
    }
}

/// A literal that is not in quotes; the inner `None` is null, which a zero GUID stands for too.
fn literal(word: &str) -> Option<Option<Value>> {
    match word {
        "null" => return Some(None),
        "true" => return Some(Some(Value::Bool(true))),
        "false" => return Some(Some(Value::Bool(false))),
        _ => {}
    }
    if let (36, Ok(id)) = (word.len(), Uuid::parse_str(word)) {
        return Some(Value::Guid(id).filled());
    }
    word.parse().map(Value::Int).ok().or_else(|| instant(word).map(Value::Date)).map(Some)
}
