// SPDX-License-Identifier: Apache-2.0
// JSON for reading and writing. This header is the whole of Boost.JSON that the house sees: its exceptions stop in
// json.cpp, and what comes from outside is reached through Json, which cannot throw and cannot walk off the end.
//
// Json is a cheap view (one pointer) into a JsonDocument that must outlive it. A Json may be "missing": every look-up
// on a missing or differently typed value gives missing, so that chains need one test at their end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace boost::json {
class value;
}

namespace capy {

struct JsonLimits {
  int64_t bytes_max = int64_t{256} << 20;
  int depth_max = 128;
};

class Json {
 public:
  enum class Kind { kMissing, kNull, kBool, kInteger, kFloat, kString, kArray, kObject };

  Json() = default;
  explicit Json(const boost::json::value* value) : value_(value) {}

  Kind kind() const;
  bool exists() const { return value_ != nullptr; }
  bool is_null() const { return kind() == Kind::kNull; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_object() const { return kind() == Kind::kObject; }
  bool is_number() const { return kind() == Kind::kInteger || kind() == Kind::kFloat; }

  // The value, or nothing when it has another type. as_int also takes a float with an integral value (1e6);
  // integers above 2^63-1 give nothing. as_double takes every number.
  std::optional<bool> as_bool() const;
  std::optional<int64_t> as_int() const;
  std::optional<double> as_double() const;
  std::optional<std::string_view> as_string() const;

  // Arrays and objects: the number of elements (0 for everything else); elements in the file's order.
  int64_t size() const;
  Json operator[](int64_t index) const;          // array element, or object value by order
  std::string_view key(int64_t index) const;     // object key by order
  Json operator[](std::string_view name) const;  // object value by name; of duplicate names the last counts
  Json operator[](const char* name) const { return (*this)[std::string_view(name)]; }
  // Without these two, a literal 0 would be ambiguous between an index and a null name.
  Json operator[](int index) const { return (*this)[static_cast<int64_t>(index)]; }
  Json operator[](size_t index) const { return (*this)[static_cast<int64_t>(index)]; }

 private:
  const boost::json::value* value_ = nullptr;
};

class JsonDocument {
 public:
  // `name` is what error messages call the text ("config.json"). Comments, trailing commas, NaN and lone surrogates are
  // errors. Memory: a few times the text's size.
  static Result<JsonDocument> parse(std::string_view text, std::string_view name, const JsonLimits& limits = {});
  static Result<JsonDocument> read(std::string_view path, const JsonLimits& limits = {});

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  Json root() const;

 private:
  explicit JsonDocument(std::unique_ptr<boost::json::value> value);
  std::unique_ptr<boost::json::value> value_;
};

// Writes one JSON text piece by piece, without building a tree:
//   JsonWriter w; w.begin_object(); w.key("text"); w.value("hi"); w.end_object(); puts(w.text().c_str());
// Strings are escaped; bytes that are not UTF-8 become U+FFFD; NaN and infinities become null. Misuse is CHECKed.
class JsonWriter {
 public:
  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  void key(std::string_view name);
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool b);
  void value(double number);
  void value(int64_t number);
  void value(int number) { value(static_cast<int64_t>(number)); }
  void null();
  void value(Json copied);  // with all that is in it; a missing one is written as null
  template <class T>
  void member(std::string_view name, const T& v) {
    key(name);
    value(v);
  }

  const std::string& text() const { return text_; }

 private:
  void separate();
  std::string text_;
  std::string open_;   // the open brackets, outermost first
  bool first_ = true;  // nothing written yet in the innermost bracket
  bool after_key_ = false;
};

// `text` as a JSON string with quotes. Bytes that are not UTF-8 become U+FFFD; non-ASCII characters stay as they are.
std::string json_quote(std::string_view text);

}  // namespace capy
