namespace Portico.Bench.Flows;

/// <summary>Runs the flows against a gateway and worker of ours, the bare C server and any peers, taking turns.</summary>
internal static class FlowsVerb
{
    public static async Task<int> RunAsync(string[] args)
    {
        FlowOptions options;
        try
        {
            options = FlowOptions.Parse(args);
        }
        catch (ArgumentException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }

        var lab = new LabTools();

        var folder = Directory.CreateTempSubdirectory("portico-flows-").FullName;
        var driver = new LoadDriver(await lab.BuildAsync("wsload"), options);
        var servers = new List<Server>();
        try
        {
            servers.Add(await Server.StartPorticoAsync("Portico", options.Transport, options, folder));
            if (options.Ceiling)
            {
                servers.Add(await Server.StartCeilingAsync(lab, options));
            }

            servers.AddRange(options.Peers);
            var table = new FlowTable();
            await MeasureAsync(options, driver, servers, table);
            table.Print(options.Flows, servers);
            if (options.JsonFile is { } file)
            {
                await File.WriteAllTextAsync(file, table.ToJson());
            }

            return 0;
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync();
            }

            Console.WriteLine($"The servers' logs are in {folder}.");
        }
    }

    private static async Task MeasureAsync(FlowOptions options, LoadDriver driver, List<Server> servers, FlowTable table)
    {
        // The rounds before the first are for the compilers, which share the servers' core: on it they need some seconds for each flow.
        for (var round = -options.WarmRounds; round < options.Rounds; round++)
        {
            foreach (var flow in options.Flows)
            {
                foreach (var server in servers)
                {
                    if (!server.IsCeiling || flow.CeilingPath is not null)
                    {
                        var sample = await driver.RunAsync(server, flow);
                        if (round >= 0)
                        {
                            table.Add(flow, server, sample);
                        }

                        await Console.Error.WriteAsync('.');
                    }
                }
            }
        }

        await Console.Error.WriteLineAsync();
        foreach (var server in servers)
        {
            if (options.Idle && server.Processes.Count > 0)
            {
                await driver.ConnectAndCloseAsync(server, 2000);
                var few = await driver.IdleAsync(server, 2000);
                var many = await driver.IdleAsync(server, 10_000);
                table.AddIdle(server, (many - few) * 1024 / 8000);
            }
        }
    }
}
