//! Expressions and the elements they select.

use super::read;

const CIB: &str = r#"<cib><configuration>
<resources>
  <group id="g">
    <primitive id="ip" class="ocf"><meta_attributes id="m"><nvpair id="m-t" name="target-role" value="Stopped"/></meta_attributes></primitive>
    <primitive id="web" class="ocf"/>
  </group>
  <primitive id="fence" class="stonith"/>
</resources></configuration></cib>"#;

fn ids(expression: &str) -> String {
    let cib = cib::parse(CIB).unwrap();
    let found = read(expression).unwrap().matches(&cib);
    found.iter().map(|found| found.element().id().unwrap_or(found.element().name())).collect::<Vec<_>>().join(" ")
}

#[test]
fn paths_and_conditions_select_elements_in_document_order() {
    for (expression, expected) in [
        ("/cib", "cib"),
        ("//cib", "cib"),
        ("/configuration", ""),
        ("/cib/configuration/resources/*", "g fence"),
        ("//primitive", "ip web fence"),
        ("//primitive[@class='ocf']", "ip web"),
        ("//primitive[@class!='ocf']", "fence"),
        ("//primitive[2]", "web"),
        ("//primitive[last()]", "fence"),
        ("//primitive[@id=\"ip\" or @id=\"fence\"]", "ip fence"),
        ("//primitive[@class='ocf' and @id='web']", "web"),
        ("//primitive[@class='ocf'][@id='web']", "web"),
        ("//primitive[not(meta_attributes)]", "web fence"),
        ("//primitive[meta_attributes/nvpair/@value='Stopped']", "ip"),
        ("//*[contains(@id, 'e')]", "web fence"),
        ("//*[starts-with(@name,'target')]", "m-t"),
        ("//fence | //group|//primitive[@id='web']", "g web"),
        ("//group//nvpair/@value", "m-t"),
        ("//primitive[@nothing]", ""),
    ] {
        assert_eq!(ids(expression), expected, "{expression}");
    }
}

#[test]
fn a_match_knows_its_path() {
    let cib = cib::parse(CIB).unwrap();
    let found = read("//nvpair").unwrap().matches(&cib)[0].path();
    assert_eq!(
        found,
        "/cib/configuration/resources/group[@id='g']/primitive[@id='ip']/meta_attributes[@id='m']/nvpair[@id='m-t']"
    );
}

#[test]
fn what_is_not_understood_is_refused_with_its_place() {
    for (expression, expected) in [
        ("primitive", "character 1 of 'primitive': expected '/' or '//'"),
        ("//a[", "character 5 of '//a[': expected a name"),
        ("//a[@b='c]", "character 8 of '//a[@b='c]': expected a closing '"),
        ("//a]", "character 4 of '//a]': expected the end, or '/'"),
        ("//a['b']", "character 8 of '//a['b']': expected '=' or '!='"),
    ] {
        assert_eq!(read(expression).unwrap_err(), expected, "{expression}");
    }
    assert!(read(&format!("//a{}", "[b".repeat(40))).is_err(), "deep nesting is refused");
}
