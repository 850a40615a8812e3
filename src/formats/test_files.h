// SPDX-License-Identifier: Apache-2.0
// Small files for the tests of this room: a directory of the test's own, and GGUF bytes with any field set wrong.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace capy {

// A directory that exists as long as the object.
class TestDirectory {
 public:
  TestDirectory() {
    static int counter = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("capy-formats-" + std::to_string(::getpid()) + "-" + std::to_string(counter++));
    std::filesystem::create_directories(path_);
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }

  std::string put(const std::string& name, std::string_view content) const {
    const std::filesystem::path file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }

 private:
  std::filesystem::path path_;
};

inline std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

inline std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

template <class T>
std::string raw(T value) {
  std::string text(sizeof value, '\0');
  std::memcpy(text.data(), &value, sizeof value);
  return text;
}

inline std::string raw_string(std::string_view text) { return raw(uint64_t{text.size()}) + std::string(text); }

// The fields of a GGUF file as they are to be written, right or wrong.
struct RawGguf {
  uint32_t version = 3;
  std::vector<std::string> entries;  // whole entries
  std::vector<std::string> tensors;  // whole descriptions
  int64_t entry_count = -1;          // -1: as many as there are
  int64_t tensor_count = -1;
  size_t alignment = 32;
  std::string data = std::string(64, '\1');

  std::string bytes() const {
    const auto count = [](int64_t said, size_t there) {
      return said < 0 ? uint64_t{there} : static_cast<uint64_t>(said);
    };
    std::string out =
        "GGUF" + raw(version) + raw(count(tensor_count, tensors.size())) + raw(count(entry_count, entries.size()));
    for (const std::string& entry : entries) out += entry;
    for (const std::string& tensor : tensors) out += tensor;
    out.append((alignment - out.size() % alignment) % alignment, '\0');
    return out + data;
  }
};

inline std::string raw_entry(std::string_view key, uint32_t type, const std::string& value) {
  return raw_string(key) + raw(type) + value;
}

// `extents` innermost first, as in the file.
inline std::string raw_tensor(std::string_view name, const std::vector<uint64_t>& extents, uint32_t type,
                              uint64_t offset) {
  std::string out = raw_string(name) + raw(static_cast<uint32_t>(extents.size()));
  for (const uint64_t extent : extents) out += raw(extent);
  return out + raw(type) + raw(offset);
}

// A safetensors file of this header text.
inline std::string raw_safetensors(std::string_view header, size_t data_bytes) {
  return raw_string(header) + std::string(data_bytes, '\1');
}

}  // namespace capy
