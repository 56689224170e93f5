// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace stopwarden {
namespace {

/// Gives a text in pieces of a fixed size, then an error if one is set.
class PieceStream final : public ByteStream {
 public:
  PieceStream(std::string text, std::size_t piece, std::optional<Error> error = {},
              std::optional<EventTime> modified = {})
      : text_(std::move(text)), piece_(piece), error_(error), modified_(modified) {}
  std::optional<EventTime> modified() const noexcept override { return modified_; }
  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::size_t n = std::min({piece_, out.size(), text_.size() - at_});
    if (n == 0 && error_) return *error_;
    if (n != 0) std::memcpy(out.data(), text_.data() + at_, n);
    at_ += n;
    return n;
  }

 private:
  std::string text_;
  std::size_t piece_, at_ = 0;
  std::optional<Error> error_;
  std::optional<EventTime> modified_;
};

struct Collector final : EventSink {
  std::vector<std::string> events, drops;
  void on_event(const Event& e) override {
    std::string line = std::to_string(e.origin.record) + "@" + std::to_string(e.origin.offset);
    for (const FieldValue& f : e.fields) line += " " + std::string(f.text);
    events.push_back(line);
  }
  void on_drop(const Error& e) override {
    drops.push_back(std::string(errc_name(e.code)) + "@" + std::to_string(e.offset));
  }
  void on_oddity(const Error&) override {}
};

struct TimeCollector final : EventSink {
  std::vector<std::string> times;
  void on_event(const Event& e) override { times.push_back(e.time ? format_time(*e.time, 0) : "none"); }
  void on_drop(const Error&) override {}
  void on_oddity(const Error&) override {}
};

struct ReaderTest : ::testing::Test {
  FieldTable table;
  WantedFields wanted{table};
  ReaderTest() { wanted.add_all_values(); }
};

TEST_F(ReaderTest, TheSizeOfPiecesDoesNotMatter) {
  std::string text;
  for (int i = 0; i < 300; ++i)
    text +=
        "{\"EventID\":" + std::to_string(i) + ",\"x\":\"" + std::string(static_cast<std::size_t>(i) * 7, 'y') + "\"}\n";
  text += "{\"cut off\": ";
  InputReader reader(SourceOptions{&wanted});
  Collector whole;
  PieceStream all(text, text.size());
  const ReadResult want = reader.read(all, whole);
  EXPECT_EQ(whole.events.size(), 300u);
  EXPECT_EQ(whole.drops.size(), 1u);
  for (const std::size_t piece : {1u, 7u, 100u, 4096u}) {
    Collector got;
    PieceStream stream(text, piece);
    const ReadResult result = reader.read(stream, got);
    EXPECT_EQ(got.events, whole.events) << piece;
    EXPECT_EQ(got.drops, whole.drops) << piece;
    EXPECT_EQ(result.records, want.records) << piece;
    EXPECT_EQ(result.bytes, text.size()) << piece;
  }
}

TEST_F(ReaderTest, AnErrorOfTheStreamKeepsWhatCameBefore) {
  InputReader reader(SourceOptions{&wanted});
  Collector got;
  PieceStream stream("{\"EventID\":1}\n{\"EventID\":2}\n", 5, Error{Errc::truncated, 27, "archive"});
  const ReadResult result = reader.read(stream, got);
  EXPECT_EQ(got.events.size(), 2u);
  ASSERT_TRUE(result.stream_error);
  EXPECT_EQ(result.stream_error->code, Errc::truncated);
}

TEST_F(ReaderTest, UnknownBytesAreCountedAndEmptyIsFine) {
  InputReader reader(SourceOptions{&wanted});
  Collector got;
  PieceStream junk(std::string(200'000, 'q'), 1000);
  const ReadResult result = reader.read(junk, got);
  EXPECT_EQ(result.format, nullptr);
  EXPECT_EQ(result.bytes, 200'000u);
  PieceStream empty("", 10);
  EXPECT_EQ(reader.read(empty, got).bytes, 0u);
  EXPECT_TRUE(got.events.empty() && got.drops.empty());
}

TEST_F(ReaderTest, ALineLongerThanTheWindowIsReportedAndTheRestIsRead) {
  InputReader reader(SourceOptions{&wanted});
  Collector got;
  const std::string huge = "{\"x\":\"" + std::string(40u << 20, 'a') + "\"}\n";
  PieceStream stream("{\"EventID\":1}\n" + huge + "{\"EventID\":2}\n", 1u << 20);
  reader.read(stream, got);
  ASSERT_EQ(got.events.size(), 2u);
  ASSERT_EQ(got.drops.size(), 1u);
  EXPECT_EQ(got.drops[0], "limit_exceeded@14");
}

/// A file: gives all that is asked for, and says that it never waits.
class WholeStream final : public ByteStream {
 public:
  explicit WholeStream(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read(std::span<std::byte> out) override {
    const std::size_t n = std::min({out.size(), std::size_t{1000}, text_.size() - at_});  // as an archive does
    if (n != 0) std::memcpy(out.data(), text_.data() + at_, n);
    at_ += n;
    return n;
  }
  bool may_wait() const noexcept override { return false; }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

std::string lines(std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += "{\"EventID\":" + std::to_string(i) + "}\n";
  return out;
}

/// The blocks of a stream; each byte must be in one of them, or skipped.
std::vector<Block> blocks_of(ByteStream& stream, const SourceOptions& options) {
  BlockReader reader(options);
  reader.start(stream);
  std::vector<Block> out;
  do reader.next(out.emplace_back());
  while (!out.back().last);
  return out;
}

TEST_F(ReaderTest, AFileFillsItsBlocksThoughItComesInPieces) {
  const std::string text = lines(50'000);
  WholeStream stream(text);
  const std::vector<Block> blocks = blocks_of(stream, SourceOptions{&wanted});
  EXPECT_EQ(blocks.size(), text.size() / kBlockBytes + 1);
  std::uint64_t at = 0;  // all before it was in a block, or is a line feed between two units
  for (const Block& block : blocks) {
    EXPECT_EQ(block.bytes.size(), kBlockBytes);
    EXPECT_EQ(std::string(block.format->name), "json");
    for (const Block::Piece& piece : block.pieces) {
      const std::uint64_t begin = block.offset + piece.begin;
      ASSERT_LE(at, begin);
      EXPECT_EQ(text.substr(at, begin - at).find_first_not_of('\n'), std::string::npos) << at;
      EXPECT_TRUE(as_text(block.unit(piece)) == std::string_view(text).substr(begin, piece.size)) << begin;
      at = begin + piece.size;
    }
  }
  EXPECT_EQ(text.substr(at).find_first_not_of('\n'), std::string::npos);
  EXPECT_EQ(blocks.back().input_bytes, text.size());
}

TEST_F(ReaderTest, OfAStreamThatMayWaitEachReadIsABlock) {
  const std::string text = lines(5);
  PieceStream stream(text, text.size() / 5);
  const std::vector<Block> blocks = blocks_of(stream, SourceOptions{&wanted});
  ASSERT_EQ(blocks.size(), 6u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(blocks[i].pieces.size(), 1u) << i;
  EXPECT_TRUE(blocks.back().pieces.empty());
}

TEST_F(ReaderTest, ARecordLongerThanABlockGrowsOneBlockAndAsksBefore) {
  const std::string record = "{\"x\":\"" + std::string(3 * kBlockBytes, 'a') + "\"}\n";
  WholeStream stream(lines(10) + record + lines(10));
  std::vector<std::size_t> asked;
  BlockReader reader(SourceOptions{&wanted}, [&](std::size_t bytes) { asked.push_back(bytes); });
  reader.start(stream);
  std::size_t longest = 0, grown = 0;
  for (bool last = false; !last;) {
    Block block;
    reader.next(block);
    last = block.last;
    longest = std::max(longest, block.bytes.size());
    grown += block.bytes.size() > kBlockBytes ? 1u : 0u;
    for (const Block::Piece& piece : block.pieces) EXPECT_FALSE(piece.drop);
    block.clear();
    EXPECT_LE(block.bytes.size(), kBlockBytes) << "given back";
  }
  EXPECT_EQ(asked, (std::vector<std::size_t>{2 * kBlockBytes, 4 * kBlockBytes}));
  EXPECT_EQ(longest, 4 * kBlockBytes);
  EXPECT_EQ(grown, 1u);
}

/// A table's header stands once; each unit has it beside it, in whatever block it came.
TEST_F(ReaderTest, UnitsHaveTheContextThatHoldsForThem) {
  const auto header = [](std::string_view path) {
    return "#separator \\x09\n#path\t" + std::string(path) + "\n#fields\tts\tuid\n";
  };
  std::string text = header("conn");
  for (int i = 0; i < 50'000; ++i) text += "1767323045.25\tC" + std::to_string(i) + "\n";
  const std::size_t second = text.size();
  text += "#close\t2026\n" + header("dns") + "1\tD\n" + header("dns") + "2\tE\n";
  WholeStream stream(text);
  const std::vector<Block> blocks = blocks_of(stream, SourceOptions{&wanted});
  ASSERT_GE(blocks.size(), 4u);
  std::size_t units = 0;
  for (const Block& block : blocks) {
    EXPECT_EQ(std::string(block.format->name), "zeek");
    for (const Block::Piece& piece : block.pieces) {
      const std::string want = block.offset + piece.begin < second ? header("conn") : header("dns");
      const std::string_view got = as_text(block.context(piece));
      EXPECT_EQ(got.substr(got.find("#separator")), want);
      ++units;
    }
    EXPECT_LE(block.contexts.size(), block.bytes.size() + kContextMax);
  }
  EXPECT_GE(units, 6u);
  Collector whole, pieces;
  InputReader reader(SourceOptions{&wanted});
  PieceStream all(text, text.size()), few(text, 777);
  reader.read(all, whole);
  reader.read(few, pieces);
  EXPECT_EQ(whole.events.size(), 50'002u);
  EXPECT_EQ(whole.events, pieces.events);
  EXPECT_TRUE(whole.drops.empty() && pieces.drops.empty());
}

/// Junk that is cut every few bytes: the list of pieces must not outgrow the block.
TEST_F(ReaderTest, JunkGivesShortBlocksAndLosesNothing) {
  std::string junk = "{\"EventID\":1}\n";
  for (int i = 0; i < 20'000; ++i) junk += "]\n{\"a\":1}\n";
  WholeStream stream(junk);
  std::size_t drops = 0, most = 0;
  for (const Block& block : blocks_of(stream, SourceOptions{&wanted})) {
    most = std::max(most, block.pieces.size());
    for (const Block::Piece& piece : block.pieces) drops += piece.drop ? 1u : 0u;
  }
  EXPECT_LE(most, 4096u);
  Collector whole, pieces;
  InputReader reader(SourceOptions{&wanted});
  PieceStream all(junk, junk.size()), few(junk, 777);
  reader.read(all, whole);
  reader.read(few, pieces);
  EXPECT_EQ(whole.events, pieces.events);
  EXPECT_EQ(whole.drops, pieces.drops);
  EXPECT_EQ(whole.drops.size(), drops);
  EXPECT_EQ(whole.events.size(), 20'001u);
}

TEST_F(ReaderTest, AnUnreadableStreamIsOneBlockThatSaysWhy) {
  PieceStream stream("", 5, Error{Errc::io, 0, "read failed"});
  const std::vector<Block> blocks = blocks_of(stream, SourceOptions{&wanted});
  ASSERT_EQ(blocks.size(), 1u);
  ASSERT_TRUE(blocks[0].stream_error);
  EXPECT_EQ(blocks[0].stream_error->code, Errc::io);
  EXPECT_EQ(blocks[0].format, nullptr);
}

TEST_F(ReaderTest, SourcesAreToldOfEachInput) {
  const std::string line = "Mar  6 04:07:33 web1 sshd[1]: x\n", early = "2019-03-06T04:07:33Z",
                    late = "2024-03-06T04:07:33Z";
  const auto year = [](int y) { return parse_time(std::to_string(y) + "-05-01T00:00:00Z"); };
  InputReader reader(SourceOptions{&wanted});
  TimeCollector got;
  for (const int y : {2019, 2024, 2019}) {
    PieceStream stream(line, 9, {}, year(y));
    reader.read(stream, got);
  }
  EXPECT_EQ(got.times, (std::vector<std::string>{early, late, early}));

  // Blocks of several inputs come to one parser in any order.
  std::vector<Block> blocks;
  for (const int y : {2019, 2024}) {
    PieceStream stream(line, 100, {}, year(y));
    for (Block& b : blocks_of(stream, SourceOptions{&wanted}))
      if (!b.pieces.empty()) blocks.push_back(std::move(b));
  }
  ASSERT_EQ(blocks.size(), 2u);
  Parsers parsers(SourceOptions{&wanted});
  TimeCollector mixed;
  for (const std::size_t block : {1u, 0u, 1u}) parsers.parse(blocks[block], 0, mixed);
  EXPECT_EQ(mixed.times, (std::vector<std::string>{late, early, late}));

  // An input that says nothing of its time gets the present.
  PieceStream unsaid(line, 100);
  TimeCollector now;
  reader.read(unsaid, now);
  ASSERT_EQ(now.times.size(), 1u);
  EXPECT_NE(now.times[0], "none");
}

}  // namespace
}  // namespace stopwarden
