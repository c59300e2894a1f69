using System.Globalization;

namespace Portico.Bench.Soak;

/// <summary>The command line of the soak.</summary>
/// <param name="Seconds">How long the load goes on.</param>
/// <param name="Transport">The gateway's transport.</param>
/// <param name="Every">Seconds between two lines of the series.</param>
internal sealed record SoakOptions(int Seconds, string Transport, int Every)
{
    public const string Usage = "[SECONDS=600] [auto|epoll|sockets] [EVERY=10]";

    public static SoakOptions Parse(string[] args) => new(Number(args, 0, 600), args.Length > 1 ? args[1] : "auto", Number(args, 2, 10));

    private static int Number(string[] args, int index, int usual) =>
        args.Length <= index ? usual
        : int.TryParse(args[index], CultureInfo.InvariantCulture, out var value) && value > 0 ? value
        : throw new ArgumentException($"{args[index]} is no number of seconds; {Usage}");
}
