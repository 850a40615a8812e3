/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generate MODEL QUESTION: a model's likeliest answer, and then a second one with some chance in it, from the same
 * prompt.
 *
 *   cc -std=c99 generate.c -lcapy -o generate
 *   ./generate smollm2.gguf "Name three rivers."
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capy.h"

/* The messages are JSON, so the question must become a JSON string. The caller frees it. */
static char* json_string(const char* text) {
  static const char kHex[] = "0123456789abcdef";
  char* const json = malloc(6 * strlen(text) + 3);
  char* out = json;
  if (json == NULL) return NULL;
  *out++ = '"';
  for (; *text != '\0'; ++text) {
    const unsigned char byte = (unsigned char)*text;
    if (byte < 0x20) {
      memcpy(out, "\\u00", 4);
      out[4] = kHex[byte >> 4];
      out[5] = kHex[byte & 15];
      out += 6;
    } else {
      if (byte == '"' || byte == '\\') *out++ = '\\';
      *out++ = (char)byte;
    }
  }
  *out++ = '"';
  *out = '\0';
  return json;
}

/* The caller frees it. */
static char* one_message(const char* question) {
  static const char kFormat[] = "[{\"role\": \"user\", \"content\": %s}]";
  char* const content = json_string(question);
  char* messages = NULL;
  if (content == NULL) return NULL;
  messages = malloc(sizeof kFormat + strlen(content));
  if (messages != NULL) sprintf(messages, kFormat, content);
  free(content);
  return messages;
}

/* Prints the answer as it comes. A token often completes no character: then there is no text. */
static int print_token(void* user, const capy_token_event* event) {
  FILE* const out = user;
  fwrite(event->text, 1, (size_t)event->text_bytes, out);
  fflush(out);
  return 1; /* go on */
}

/* The prompt as tokens, computed by a new sequence: everything that answers can share. */
static capy_status begin(capy_model* model, const char* question, capy_sequence** sequence) {
  const int32_t* tokens = NULL;
  int64_t count = 0;
  char* const messages = one_message(question);
  capy_status status = CAPY_ERROR_MEMORY;
  if (messages == NULL) return status;
  status = capy_chat_tokens(model, messages, NULL, &tokens, &count);
  free(messages);
  if (status == CAPY_OK) status = capy_sequence_create(model, sequence);
  if (status != CAPY_OK) {
    fprintf(stderr, "generate: %s\n", capy_last_error(model));
    return status;
  }
  status = capy_prefill(*sequence, tokens, count);
  if (status != CAPY_OK) fprintf(stderr, "generate: %s\n", capy_sequence_last_error(*sequence));
  return status;
}

static capy_status answer(capy_sequence* sequence, const capy_sampling_options* sampling) {
  capy_decode_options options = {.size = sizeof options, .sampling = sampling, .max_tokens = 200};
  const capy_status status = capy_decode(sequence, &options, print_token, stdout, NULL);
  puts("");
  if (status != CAPY_OK) fprintf(stderr, "generate: %s\n", capy_sequence_last_error(sequence));
  return status;
}

/* The fork knows the prompt already: its answer begins at once. */
static capy_status answer_twice(capy_sequence* sequence) {
  capy_sampling_options chance = {.size = sizeof chance, .temperature = 0.7F, .top_p = 0.9F, .seed = 7};
  capy_sequence* second = NULL;
  capy_status status = capy_sequence_fork(sequence, &second);
  if (status == CAPY_OK) {
    status = answer(sequence, NULL);
  } else {
    fprintf(stderr, "generate: %s\n", capy_sequence_last_error(sequence));
  }
  if (status == CAPY_OK) {
    puts("--- and with chance:");
    status = answer(second, &chance);
  }
  capy_sequence_free(second);
  return status;
}

int main(int argc, char** argv) {
  char message[512];
  capy_model* model = NULL;
  capy_sequence* sequence = NULL;
  capy_status status = CAPY_OK;
  if (argc != 3) {
    fprintf(stderr, "usage: generate MODEL QUESTION\n");
    return 2;
  }
  status = capy_open(argv[1], NULL, &model, message, sizeof message);
  if (status != CAPY_OK) {
    fprintf(stderr, "generate: %s\n", message);
    return 1;
  }
  status = begin(model, argv[2], &sequence);
  if (status == CAPY_OK) status = answer_twice(sequence);
  capy_sequence_free(sequence);
  capy_close(model);
  return status == CAPY_OK ? 0 : 1;
}
