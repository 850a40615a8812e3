// SPDX-License-Identifier: Apache-2.0
// SHA-256 by OpenSSL's libcrypto.
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "base/concat.h"
#include "base/mapped_file.h"
#include "hub/registry.h"

namespace capy {
namespace {

constexpr size_t kPieceBytes = size_t{8} << 20;  // read, then released: a 5 GB file must not push others out of memory

std::string hexadecimal(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

Result<std::string> sha256_of_file(std::string_view path) {
  const MappedFile file = TRY(MappedFile::open(path));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int digest_bytes = 0;
  bool done = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (auto rest = file.bytes(); done && !rest.empty();) {
    const auto piece = rest.first(std::min(rest.size(), kPieceBytes));
    done = EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    file.will_not_need(piece);
    rest = rest.subspan(piece.size());
  }
  done = done && EVP_DigestFinal_ex(context.get(), digest, &digest_bytes) == 1;
  if (!done) return Error{ErrorCode::kIo, concat(path, ": libcrypto cannot compute SHA-256")};
  if (file.damaged()) return Error{ErrorCode::kIo, concat(path, ": was cut short or could not be read")};
  return hexadecimal({digest, digest_bytes});
}

Status verify_file(std::string_view path, const KnownModel& model) {
  {
    const MappedFile file = TRY(MappedFile::open(path));
    if (static_cast<int64_t>(file.bytes().size()) != model.bytes) {
      return Error{ErrorCode::kCorrupt, concat(path, ": has ", file.bytes().size(), " bytes instead of ", model.bytes,
                                               "; delete it and get ", model.name, " again")};
    }
  }
  const std::string sum = TRY(sha256_of_file(path));
  if (sum == model.sha256) return {};
  return Error{ErrorCode::kCorrupt, concat(path, ": has the SHA-256 ", sum, " instead of ", model.sha256,
                                           "; delete it and get ", model.name, " again")};
}

}  // namespace capy
