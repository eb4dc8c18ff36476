import SluiceFlow
import SluiceSamples
import SluiceText
import SluiceWords

func wordMaskBeforeWords(
  _ clips: Segment<Never, Clip>, _ vocabulary: Vocabulary
) -> Pipeline<TextSample<Clip>> {
  Pipeline("word-mask-before-words") {
    clips
    WordMask<Clip>(vocabulary)  // wrong: Clip, TextSample<Clip>
    Words<Clip>(vocabulary)
  }
}
