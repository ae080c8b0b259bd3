/* Prints where somebody speaks in a recording (16 kHz, 16 bits, mono): a strip of two lines for each ten seconds.
 * SPDX-License-Identifier: MIT-0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vad.h"

enum { CONTEXT = 64, STEP = 512, RATE = 16000, WIDTH = 10 * RATE / STEP };

static double arena[VAD_ARENA_BYTES / sizeof(double) + 1];

static void *read_file(const char *path, size_t *bytes)
{
    FILE *f = fopen(path, "rb");
    long length;
    char *data;
    if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (length = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) != 0) return NULL;
    data = malloc((size_t)length + 1);
    *bytes = data == NULL ? 0 : fread(data, 1, (size_t)length, f);
    fclose(f);
    return data;
}

/* The samples: what follows the header "data" and its length. */
static const unsigned char *samples_of(const unsigned char *wav, size_t bytes, size_t *count)
{
    for (size_t i = 12; i + 8 <= bytes;) {
        size_t length = wav[i + 4] | (size_t)wav[i + 5] << 8 | (size_t)wav[i + 6] << 16 | (size_t)wav[i + 7] << 24;
        if (memcmp(wav + i, "data", 4) == 0) {
            *count = (length < bytes - i - 8 ? length : bytes - i - 8) / 2;
            return wav + i + 8;
        }
        i += 8 + length + length % 2;
    }
    return NULL;
}

static void print_strip(const char *strip, int length, double from)
{
    if (length > 0) printf("%5.1f s |%.*s|\n", from, length, strip);
}

int main(int argc, char **argv)
{
    static const char levels[] = " .:-=+*#%@";
    float input[CONTEXT + STEP] = {0}, speech;
    char strip[WIDTH];
    size_t weight_bytes, wav_bytes, count, step = 0;
    int at = 0, code;
    vad model;
    void *weights = argc == 3 ? read_file(argv[1], &weight_bytes) : NULL;
    unsigned char *wav = argc == 3 ? read_file(argv[2], &wav_bytes) : NULL;
    const unsigned char *samples = wav == NULL ? NULL : samples_of(wav, wav_bytes, &count);

    if (weights == NULL || samples == NULL) return fprintf(stderr, "usage: vad vad.weights speech.wav\n"), 2;
    code = vad_init(&model, weights, weight_bytes, arena, sizeof arena);
    /* The model remembers what it heard; each call takes the end of the last one's samples before its own. */
    for (; code == VAD_OK && (step + 1) * STEP <= count; step++) {
        memmove(input, input + STEP, CONTEXT * sizeof *input);
        for (size_t i = 0; i < STEP; i++) {
            const unsigned char *s = samples + 2 * (step * STEP + i);
            int value = s[0] | s[1] << 8;
            input[CONTEXT + i] = (float)(value < 32768 ? value : value - 65536) / 32768.0f;
        }
        code = vad_forward(&model, input, &speech);
        strip[at++] = levels[(int)(speech * 9.99f)];
        if (at == WIDTH) print_strip(strip, at, (double)((step + 1 - WIDTH) * STEP) / RATE), at = 0;
    }
    if (code != VAD_OK) return fprintf(stderr, "%s\n", vad_error_text(code)), 1;
    print_strip(strip, at, (double)((step - (size_t)at) * STEP) / RATE);
    free(weights);
    free(wav);
    return 0;
}
