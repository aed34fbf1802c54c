//! `html(x)`: a text that HTML shows as it is.

use super::{Function, Run, map_text, text_to_text};
use crate::template::escaped;

/// `html`
pub(super) static HTML: Function = Function {
    name: "html",
    signature: "html(text) -> text",
    meaning: "The text with `& < > \" '` as entities: HTML that shows it as it is.",
    types: text_to_text,
    run: Run::Plain(|arguments, _| map_text(arguments, escaped)),
};

#[cfg(test)]
mod tests {
    use crate::function::testing::call;
    use serde_json::json;

    #[test]
    fn nothing_in_it_is_markup() {
        let written = call("html", &[json!("<b a=\"1\">Tom & Ann's</b>")]);
        assert_eq!(written, json!("&lt;b a=&quot;1&quot;&gt;Tom &amp; Ann&#39;s&lt;/b&gt;"));
    }
}
