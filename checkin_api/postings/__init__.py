"""Who is posted where: confirming, ending, and who stands in for whom on which days."""
