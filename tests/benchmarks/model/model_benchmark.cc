// How many pictures and texts a second a model embeds on this processor, by
// batch size and dtype, beside the processor's own peak in matrix products.
//
//   model_benchmark --model DIR --dtype float32,bfloat16,int8 --threads 1
//
// The dtypes take turns, round by round, so that a machine that is busy for a
// while slows all of them. A line is the median of the rounds, by the clock and
// by the processor time that was used; with one thread the second hardly
// depends on what else the machine does. Each dtype is compared with the first
// one on noise: the median cosine, and the largest difference of a value of
// normalized embeddings.
#include <ATen/Parallel.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "model/layers/packed_linear.h"
#include "model/load_model.h"
#include "model/similarity.h"

namespace clip::model {
namespace {

struct Options {
  std::string model;
  std::vector<std::string> dtypes = {"float32"};
  std::vector<int> batches = {1, 8, 32};
  int threads = 1;
  int rounds = 5;
  int text_tokens = 12;
};

struct Seconds {
  double wall = 0;
  double processor = 0;
};

double ProcessorSeconds() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * time.tv_nsec;
}

Seconds Measure(const std::function<void()>& work) {
  const absl::Time start = absl::Now();
  const double processor = ProcessorSeconds();
  work();
  return {absl::ToDoubleSeconds(absl::Now() - start),
          ProcessorSeconds() - processor};
}

Seconds Median(std::vector<Seconds> rounds) {
  const auto median = [&rounds](double Seconds::*time) {
    std::sort(
        rounds.begin(), rounds.end(),
        [=](const Seconds& a, const Seconds& b) { return a.*time < b.*time; });
    return rounds[rounds.size() / 2].*time;
  };
  return {median(&Seconds::wall), median(&Seconds::processor)};
}

// One thing that is measured, with what it has done so far.
struct Contender {
  std::string name;
  std::function<void()> work;
  std::vector<Seconds> rounds;
};

// Each once to warm up, then in turns. `amount` is done by one round, in
// `unit`s.
void Race(const std::string& title, std::vector<Contender> contenders,
          int rounds, double amount, const char* unit) {
  for (Contender& contender : contenders) contender.work();
  for (int round = 0; round < rounds; ++round) {
    for (Contender& contender : contenders) {
      contender.rounds.push_back(Measure(contender.work));
    }
  }
  for (const Contender& contender : contenders) {
    const Seconds time = Median(contender.rounds);
    std::printf("%-18s %-9s %9.1f %s/s, %9.1f by processor time, %8.2f ms\n",
                title.c_str(), contender.name.c_str(), amount / time.wall, unit,
                amount / time.processor, 1e3 * time.wall);
    std::fflush(stdout);
  }
}

// Kilobytes by its name in /proc/self/status, in megabytes.
double Megabytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (absl::StartsWith(line, field)) {
      return std::stod(line.substr(field.size() + 1)) / 1e3;
    }
  }
  return 0;
}

// Products of a large model's size, of which the packed ones are the peak.
void MeasurePeak(const Options& options) {
  constexpr int64_t kRows = 800;
  constexpr int64_t kIn = 768;
  constexpr int64_t kOut = 3072;
  std::vector<Contender> contenders;
  for (const std::string& dtype : options.dtypes) {
    InferenceOptions inference;
    inference.int8 = dtype == "int8";
    const auto type = dtype == "float32" ? at::kFloat : at::kBFloat16;
    const at::Tensor x = at::randn({kRows, kIn}).to(type);
    const at::Tensor weight = at::randn({kOut, kIn}).to(type);
    const auto packed = PackLinear(weight, inference);
    contenders.push_back({dtype,
                          [=] {
                            const c10::InferenceMode guard;
                            ComputeLinear(packed.get(), weight, {}, x);
                          },
                          {}});
  }
  Race("product", std::move(contenders), 4 * options.rounds,
       2e-9 * kRows * kIn * kOut, "GFLOP");
}

using Encoders = std::vector<std::shared_ptr<Encoder>>;

void MeasureImages(const Options& options, const Encoders& encoders,
                   int batch) {
  const PreprocessConfig& size = encoders[0]->info().preprocess;
  std::mt19937 random(1);
  std::normal_distribution<float> noise;
  std::vector<float> picture(size_t{3} * size.image_height * size.image_width);
  for (float& value : picture) value = noise(random);
  const std::vector<absl::Span<const float>> rows(batch, picture);
  std::vector<Contender> contenders;
  for (size_t i = 0; i < encoders.size(); ++i) {
    contenders.push_back({options.dtypes[i],
                          [&rows, encoder = encoders[i].get()] {
                            encoder->EncodeImage(rows).value();
                          },
                          {}});
  }
  Race("images, batch " + std::to_string(batch), std::move(contenders),
       options.rounds, batch, "images");
}

void MeasureTexts(const Options& options, const Encoders& encoders, int batch) {
  const ModelInfo& info = encoders[0]->info();
  std::vector<int32_t> text(info.context_length, 0);
  for (int i = 0; i < options.text_tokens; ++i) text[i] = 1 + 7 * i;
  text[options.text_tokens] = info.vocab_size - 1;
  const std::vector<absl::Span<const int32_t>> rows(batch, text);
  std::vector<Contender> contenders;
  for (size_t i = 0; i < encoders.size(); ++i) {
    contenders.push_back({options.dtypes[i],
                          [&rows, encoder = encoders[i].get()] {
                            encoder->EncodeText(rows).value();
                          },
                          {}});
  }
  Race("texts, batch " + std::to_string(batch), std::move(contenders),
       options.rounds, batch, "texts");
}

std::vector<std::vector<float>> RandomPictures(const ModelInfo& info, int n) {
  const PreprocessConfig& size = info.preprocess;
  std::mt19937 random(2);
  std::normal_distribution<float> noise;
  std::vector<std::vector<float>> pictures(n);
  for (std::vector<float>& picture : pictures) {
    picture.resize(size_t{3} * size.image_height * size.image_width);
    for (float& value : picture) value = noise(random);
  }
  return pictures;
}

std::vector<std::vector<int32_t>> RandomTexts(const ModelInfo& info, int n) {
  std::mt19937 random(3);
  std::uniform_int_distribution<int32_t> word(1, info.vocab_size - 2);
  std::vector<std::vector<int32_t>> texts(n);
  for (int i = 0; i < n; ++i) {
    texts[i].resize(info.context_length);
    const int end = 1 + i % (info.context_length - 1);
    for (int j = 0; j < end; ++j) texts[i][j] = word(random);
    texts[i][end] = info.vocab_size - 1;
  }
  return texts;
}

void PrintAgreement(const char* what, const std::string& dtype,
                    EmbeddingRows reference, EmbeddingRows rows, size_t width) {
  std::vector<double> cosines;
  double worst = 0;
  for (size_t i = 0; i < rows.size(); i += width) {
    NormalizeRow(absl::MakeSpan(reference).subspan(i, width));
    NormalizeRow(absl::MakeSpan(rows).subspan(i, width));
    double cosine = 0;
    for (size_t j = i; j < i + width; ++j) {
      cosine += double{reference[j]} * rows[j];
      worst = std::max(worst, std::abs(double{reference[j]} - rows[j]));
    }
    cosines.push_back(cosine);
  }
  std::sort(cosines.begin(), cosines.end());
  std::printf(
      "%s of %-9s median cosine %.6f, least %.6f, largest difference "
      "%.1e\n",
      what, dtype.c_str(), cosines[cosines.size() / 2], cosines.front(), worst);
}

// Of each dtype with the first.
void MeasureAgreement(const Options& options, const Encoders& encoders) {
  constexpr int kRows = 16;
  const ModelInfo& info = encoders[0]->info();
  const auto pictures = RandomPictures(info, kRows);
  const auto texts = RandomTexts(info, kRows);
  const std::vector<absl::Span<const float>> pixels(pictures.begin(),
                                                    pictures.end());
  const std::vector<absl::Span<const int32_t>> ids(texts.begin(), texts.end());
  for (size_t i = 1; i < encoders.size(); ++i) {
    PrintAgreement("images", options.dtypes[i],
                   encoders[0]->EncodeImage(pixels).value(),
                   encoders[i]->EncodeImage(pixels).value(), info.embed_dim);
    PrintAgreement("texts ", options.dtypes[i],
                   encoders[0]->EncodeText(ids).value(),
                   encoders[i]->EncodeText(ids).value(), info.embed_dim);
  }
}

int Run(const Options& options) {
  at::set_num_threads(options.threads);
  MeasurePeak(options);
  Encoders encoders;
  for (const std::string& dtype : options.dtypes) {
    LoadModelOptions load;
    load.directory = options.model;
    load.device = "cpu";
    load.dtype = dtype;
    load.compute_threads = options.threads;
    const double before = Megabytes("VmRSS");
    const absl::Time start = absl::Now();
    auto model = LoadModel(load);
    if (!model.ok()) {
      std::fprintf(stderr, "%s\n", model.status().ToString().c_str());
      return 1;
    }
    encoders.push_back(std::move(model->encoder));
    std::printf("load %-9s %5.2f s, %6.0f MB more resident\n", dtype.c_str(),
                absl::ToDoubleSeconds(absl::Now() - start),
                Megabytes("VmRSS") - before);
  }
  MeasureAgreement(options, encoders);
  for (const int batch : options.batches) {
    MeasureImages(options, encoders, batch);
  }
  for (const int batch : options.batches) {
    MeasureTexts(options, encoders, batch);
  }
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("resident %.0f MB, at most %.0f MB; %ld page faults\n",
              Megabytes("VmRSS"), Megabytes("VmHWM"), usage.ru_minflt);
  return 0;
}

}  // namespace
}  // namespace clip::model

int main(int argc, char** argv) {
  clip::model::Options options;
  CLI::App app("Measures a model on this processor");
  app.add_option("--model", options.model, "A hub folder")->required();
  app.add_option("--dtype", options.dtypes, "Precisions, separated by commas")
      ->delimiter(',');
  app.add_option("--batch", options.batches, "Batch sizes")->delimiter(',');
  app.add_option("--threads", options.threads, "Of one forward pass");
  app.add_option("--rounds", options.rounds, "Of which the median is shown");
  app.add_option("--text-tokens", options.text_tokens,
                 "Length of the texts, without the end");
  CLI11_PARSE(app, argc, argv);
  return clip::model::Run(options);
}
