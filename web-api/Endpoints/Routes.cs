using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Portico.Hosting.Metrics;

namespace Portico.WebApi.Endpoints;

/// <summary>Every HTTP route, in one place.</summary>
internal sealed class Routes(
    GatewayEndpoint gateway, ShopEndpoints shop, MessageEndpoints messages, ConversationEndpoints conversations, DirectoryEndpoints directory,
    DemoEndpoints demo,
    ShopMediaEndpoints media, HistoryEndpoints history, AdminEndpoints admin, TokenEndpoints tokens, ServiceEndpoints service, HealthPages health)
{
    // What browsers open and link to may be asked for its head alone; the server leaves the body out.
    private static readonly string[] Reading = ["GET", "HEAD"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/gateway/{method}", gateway.HandleAsync);

        routes.MapPost("/push/push/BindUserClientId", shop.BindUserClientIdAsync);
        routes.MapPost("/push/push/SendMessageToMerchant", shop.SendMessageToMerchantAsync);
        routes.MapPost("/push/push/sendMessageToUser", media.SendMessageToUserAsync);
        routes.MapPost("/push/push/uploadImgage", media.UploadImageAsync);
        routes.MapMethods("/push/push/history", Reading, history.HistoryAsync);
        routes.MapMethods("/push/push/chat", Reading, history.ChatAsync);
        routes.MapPost("/api/v1/uploads", media.UploadAsync);
        routes.MapMethods("/upload/{**path}", Reading, media.ServeAsync);

        routes.MapGet("/api/v1/messages", messages.GetAsync);
        routes.MapPost("/api/v1/messages", messages.SendAsync);
        routes.MapPost("/api/v1/recall", messages.RecallAsync);
        routes.MapGet("/api/v1/conversations", conversations.ListAsync);
        routes.MapGet("/api/v1/sync", conversations.SyncAsync);
        routes.MapPost("/api/v1/sync", conversations.SyncAsync);
        routes.MapPost("/api/v1/read", conversations.ReadAsync);
        routes.MapGet("/api/v1/unread", conversations.UnreadAsync);
        routes.MapPost("/api/v1/typing", conversations.TypingAsync);
        routes.MapPost("/api/v1/token", tokens.RenewAsync);
        routes.MapPut("/api/v1/products/{id}", directory.PutProductAsync);
        routes.MapGet("/api/v1/products/{id}", directory.GetProductAsync);
        routes.MapDelete("/api/v1/products/{id}", directory.DeleteProductAsync);
        routes.MapPost("/api/v1/codes", directory.CodesAsync);
        routes.MapGet("/api/v1/presence", directory.PresenceAsync);

        routes.MapGet("/api/v1/service/queue", service.QueueAsync);
        routes.MapGet("/api/v1/service/ratings", service.RatingsAsync);

        routes.MapGet("/api/v1/admin/gateways", admin.GatewaysAsync);
        routes.MapPost("/api/v1/admin/import", admin.ImportAsync);
        routes.MapPost("/api/v1/admin/retention", admin.RetentionAsync);
        routes.MapGet("/api/v1/admin/export", admin.ExportAsync);

        routes.MapGet("/demo/token", demo.TokenAsync);
        routes.MapGet("/demo/chat", demo.ChatAsync);
        routes.MapGet("/openapi", DemoEndpoints.OpenApiAsync);

        // Where a balancer looks that sends requests to this listener. They say nothing that a stranger could use.
        routes.MapMethods("/health", Reading, health.AnswerAsync);
        routes.MapMethods("/health/live", Reading, health.AnswerAsync);
        routes.MapMethods("/health/ready", Reading, health.AnswerAsync);
    }
}
