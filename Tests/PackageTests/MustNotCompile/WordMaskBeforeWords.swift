import SluiceFlow
import SluiceSamples
import SluiceText
import SluiceWords

func wordMaskBeforeWords(
  _ clips: Segment<Never, MaskedClip>, _ vocabulary: Vocabulary
) -> Pipeline<MaskedTextSample<MaskedClip>> {
  Pipeline("word-mask-before-words") {
    clips
    WordMask<MaskedClip>(vocabulary)  // wrong: MaskedClip, TextSample<MaskedClip>
  }
}
