import SluiceText
import Testing

/// What becomes of texts before they are split, rule by rule.
@Suite struct CleanTextTests {
  private func expect(_ cases: [(text: String, clean: String)]) {
    for (text, clean) in cases {
      let found = BytePair.cleaned(text)
      #expect(
        found.unicodeScalars.elementsEqual(clean.unicodeScalars), "\(text.debugDescription): \(found.debugDescription)")
    }
  }

  @Test func referencesAreReplacedUntilNoneIsLeft() {
    expect([
      ("&lt;b&gt; &amp; &quot;c&quot;", "<b> & \"c\""), ("&amp;amp;amp;amp;lt;", "<"),
      ("&eacute;&EACUTE;", "\u{E9}\u{E9}"),
      ("&SZLIG;", "ss"), ("&AMP;", "&"), ("&copy2024", "\u{A9}2024"), ("&ampx &lt", "&x <"), ("&notit;", "\u{AC}it;"),
      ("&notin;", "\u{2209}"), ("&unknown;", "&unknown;"), ("AT&T R&D;", "at&t r&d;"), ("& &; &", "& &; &"),
      ("&NotEqualTilde;", "\u{2242}\u{338}"), ("&\u{212A}cy;", "\u{43A}"),
    ])
  }

  @Test func referencesByNumberAreWhatABrowserMakesOfThem() {
    expect([
      ("&#65;&#x42;&#X43;&#68", "abcd"), ("&#128;&#x99;", "\u{20AC}\u{2122}"), ("a&#x81;b", "a\u{81}b"),
      ("a&#0;b", "a\u{FFFD}b"), ("a&#xD800;b", "a\u{FFFD}b"), ("a&#1114112;b", "a\u{FFFD}b"),
      ("a&#99999999999999999999;b", "a\u{FFFD}b"), ("a&#1;b&#xFDD0;c&#x1FFFE;d&#127;e", "abcde"), ("a&#13;b", "a b"),
      ("&#; &#x; &#xg;", "&#; &#x; &#xg;"), ("&#65b;", "ab;"), ("&#59;", ";"), ("&amp&#59;", "&;"),
    ])
  }

  /// From the first line on that holds a tag, references are replaced twice at the end, and no more than that.
  @Test func textWithTagsIsTakenAsItStands() {
    expect([
      ("<&amp;amp;amp;", "<&amp;"), ("<&EACUTE;", "<&eacute;"),
      ("&amp;amp;amp;\n<&amp;amp;amp;\n&amp;amp;amp;", "& <&amp; &amp;"), ("<p>1 &lt; 2</p>", "<p>1 < 2</p>"),
    ])
  }

  @Test func controlsOfTheOtherCodePageBecomeWhatWasMeant() {
    expect([
      ("\u{91}smart\u{92}", "'smart'"), ("\u{93}a\u{94}", "\"a\""), ("a\u{85}b", "a\u{2026}b"),
      ("a\u{81}b", "a\u{81}b"),
      ("\u{8E}", "\u{17E}"),
    ])
  }

  @Test func tiedLettersComeApart() {
    expect([
      ("\u{FB01}ne \u{FB02}ow o\u{FB00} e\u{FB03}cient ba\u{FB04}e", "fine flow off efficient baffle"),
      ("\u{FB05} \u{FB06}", "\u{17F}t st"), ("\u{132} \u{133} \u{149}", "ij ij 'n"),
      ("\u{1C4} \u{1C5} \u{1C6}", "d\u{17E} d\u{17E} d\u{17E}"), ("\u{1C7} \u{1C8} \u{1C9}", "lj lj lj"),
      ("\u{1CA} \u{1CB} \u{1CC} \u{1F1} \u{1F2} \u{1F3}", "nj nj nj dz dz dz"),
    ])
  }

  @Test func charactersHaveTheirUsualWidth() {
    expect([
      ("\u{FF26}\u{FF35}\u{FF2C}\u{FF2C} \u{FF11}\u{FF01}\u{FF5E}", "full 1!~"), ("\u{FF76}\u{FF9E}", "\u{30AC}"),
      ("\u{FF61}\u{FF70}\u{FF9D}", "\u{3002}\u{30FC}\u{30F3}"),
      ("\u{FFA1} \u{FFDC} \u{FFA0}", "\u{1100} \u{1175} \u{1160}"),
      ("\u{FF5F}\u{FF60}", "\u{2985}\u{2986}"), ("a\u{FFE3}b", "a \u{304}b"),
      ("\u{FFE5}\u{FFE6}\u{FFE8}", "\u{A5}\u{20A9}\u{2502}"),
      ("a\u{3000}b", "a b"), ("\u{FFBF}\u{FFE7}\u{FFEF}", "\u{FFBF}\u{FFE7}\u{FFEF}"),
    ])
  }

  @Test func quotesAreStraight() {
    expect([
      ("\u{201C}a\u{201D} \u{201E}b\u{201F}", "\"a\" \"b\""),
      ("\u{2018}a\u{2019} \u{201A}b\u{201B} \u{2BC}c", "'a' 'b' 'c"),
      ("\u{AB}a\u{BB} \u{2039}b\u{203A}", "\u{AB}a\u{BB} \u{2039}b\u{203A}"),
      // What a browser's reference spells is not straightened any more where a tag stands before it.
      ("<&rsquo;", "<\u{2019}"),
    ])
  }

  @Test func linesAndBlanksBecomeSingleSpaces() {
    expect([
      ("  a \t\n b\r\nc\rd\u{2028}e\u{2029}f  ", "a b c d e f"),
      ("a\u{A0}b\u{2003}c\u{205F}d\u{1680}e\u{202F}f", "a b c d e f"),
      ("a\u{C}b", "a b"), ("", ""), (" \n ", ""),
    ])
  }

  @Test func escapesAndControlsVanish() {
    expect([
      ("\u{1B}[31;1mred\u{1B}[0m", "red"), ("\u{1B}[x", ""), ("\u{1B}[31 m", "[31 m"), ("\u{1B}[1\u{1B}[2mb", "[1b"),
      ("a\u{0}\u{8}\u{B}\u{E}\u{1C}\u{1F}\u{7F}\u{206A}\u{FEFF}\u{FFF9}b", "ab"),
      ("a\u{200B}b\u{AD}c\u{200D}d", "a\u{200B}b\u{AD}c\u{200D}d"),
    ])
  }

  @Test func accentsAreComposed() {
    expect([
      ("cafe\u{301}", "caf\u{E9}"), ("\u{212B}\u{212A}", "\u{E5}k"), ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"),
      ("\u{301}a", "\u{301}a"), ("a\u{300}\u{301}", "\u{E0}\u{301}"),
      ("\u{210C} \u{2460} \u{1D49C}", "\u{210C} \u{2460} \u{1D49C}"),
    ])
  }

  @Test func capitalsBecomeSmallAsUnicodeSays() {
    expect([
      ("ALL Caps", "all caps"), ("\u{C0}\u{1E9E}\u{216B}", "\u{E0}\u{DF}\u{217B}"), ("\u{130}I", "i\u{307}i"),
      (
        "\u{39F}\u{394}\u{3A5}\u{3A3}\u{3A3}\u{395}\u{3A5}\u{3A3}",
        "\u{3BF}\u{3B4}\u{3C5}\u{3C3}\u{3C3}\u{3B5}\u{3C5}\u{3C2}"
      ),
      ("\u{3A3}", "\u{3C3}"), ("1\u{3A3}", "1\u{3C3}"), ("\u{391}\u{3A3}.", "\u{3B1}\u{3C2}."),
      // A full stop may stand inside of a word.
      ("\u{391}\u{3A3}.\u{392}", "\u{3B1}\u{3C3}.\u{3B2}"), ("\u{391}\u{3A3} \u{392}", "\u{3B1}\u{3C2} \u{3B2}"),
      ("\u{391}\u{5BF}\u{3A3}", "\u{3B1}\u{5BF}\u{3C2}"),
    ])
  }
}
