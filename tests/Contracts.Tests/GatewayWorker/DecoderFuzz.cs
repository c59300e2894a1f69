using System.Globalization;

namespace Portico.Contracts.Tests.GatewayWorker;

/// <summary>
/// Seeded inputs for the decoders: well-formed samples with a few bytes changed, cut, doubled or joined. The share that runs by
/// default is small; PORTICO_FUZZ multiplies it (PORTICO_FUZZ=100 for millions), PORTICO_FUZZ_SEED makes them other ones.
/// </summary>
internal static class DecoderFuzz
{
    private static readonly int Multiplier = Setting("PORTICO_FUZZ", 1);
    private static readonly int Other = Setting("PORTICO_FUZZ_SEED", 0);

    public delegate void Decode(ReadOnlySpan<byte> input);

    public static void Run(int seed, int share, byte[][] samples, string alphabet, Decode decode)
    {
        for (var number = 0; number < share * Multiplier; number++)
        {
            var random = new Random(HashSeed(seed + Other, number));
            var input = Mutate(random, samples, alphabet);
            try
            {
                decode(input);
            }
            catch (Exception thrown)
            {
                Assert.Fail($"seed {seed} + {Other}, input {number} ({Convert.ToHexString(input)}): {thrown}");
            }
        }
    }

    private static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : usual;

    private static int HashSeed(int seed, int number) => unchecked((seed * 1_000_003) + number);

    private static byte[] Mutate(Random random, byte[][] samples, string alphabet)
    {
        var input = new List<byte>(samples[random.Next(samples.Length)]);
        for (var change = random.Next(1, 6); change > 0; change--)
        {
            var place = random.Next(input.Count + 1);
            switch (random.Next(6))
            {
                case 0 when place < input.Count:
                    input[place] = (byte)random.Next(256);
                    break;
                case 1:
                    input.Insert(place, (byte)alphabet[random.Next(alphabet.Length)]);
                    break;
                case 2 when place < input.Count:
                    input[place] = (byte)alphabet[random.Next(alphabet.Length)];
                    break;
                case 3:
                    input.RemoveRange(place, random.Next(Math.Min(8, input.Count - place) + 1));
                    break;
                case 4:
                    var from = random.Next(input.Count + 1);
                    input.InsertRange(place, input.GetRange(from, random.Next(input.Count - from + 1)));
                    break;
                default:
                    input.InsertRange(place, samples[random.Next(samples.Length)]);
                    break;
            }

            if (input.Count > 8192)
            {
                input.RemoveRange(8192, input.Count - 8192);
            }
        }

        return [.. input];
    }
}
